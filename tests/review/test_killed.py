"""The server is killed in the middle of saving, again and again, while two windows send to it."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from urllib.parse import urlsplit

import pytest

from baogao.outputs.decisions import REVIEWS
from baogao.review.session import ReviewSession
from review.window import flagship

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="servers are made by forking, to be quick")

Q = "qinghe-2023"
KILLS = 50
# A process that has imported everything makes a server of itself for each line that it reads: a fork takes some
# milliseconds, a new interpreter a second.
ZYGOTE = """
import os, sys
from pathlib import Path
from baogao.outputs.decisions import ReviewsFile
from baogao.review.app import review_app
from baogao.review.session import ReviewSession
from baogao.serving import Service
import uvicorn, uvicorn.protocols.http.auto, uvicorn.lifespan.on
session = ReviewSession(Path(sys.argv[1]))
session.report("qinghe-2023", "")
for line in sys.stdin:
    if os.fork() == 0:
        session._reviews = ReviewsFile(Path(sys.argv[1]))  # its lock is no process's but its own
        service = Service(review_app(session))
        print(os.getpid(), service.address, flush=True)
        service.run()
        os._exit(0)
    os.wait()
    print("gone", flush=True)
"""


class Sender(threading.Thread):
    """A window: it sends one step after the other, and the same again until it hears that it is saved."""

    def __init__(self, who, keys, sha):
        super().__init__(daemon=True)
        self.who, self.keys, self.sha = who, keys, sha
        self.address = None
        self.told = []
        self.sent = 0
        self.over = False

    def run(self):
        """Send until it is over."""
        while not self.over:
            number = len(self.told)
            asked = [
                {"id": f"{self.who}-{number}-{key}", "doc_id": Q, "text_sha256": self.sha, "key": key, "act": "comment"}
                | {"comment": f"{self.who} {number}"}
                for key in self.keys
            ]
            self.sent = number + 1
            while not self.over and not self.saved(asked):
                time.sleep(0.01)
            if not self.over:
                self.told.append([one["id"] for one in asked])

    def saved(self, asked):
        """Whether the server that is there now says that it is saved."""
        address = self.address
        if address is None:
            return False
        place = urlsplit(address)
        token = place.query.partition("=")[2]
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=2)
        try:
            headers = {"Content-Type": "application/json", "Cookie": f"baogao-{place.port}={token}"}
            connection.request("POST", "/decisions", json.dumps({"who": self.who, "asked": asked}), headers)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def test_killed_in_mid_save_nothing_is_lost_and_nothing_twice(run):
    """What either window was told is saved is there, once; of what it was not told all of a step or nothing."""
    chance = random.Random(16)
    sha = ReviewSession(run, flagship()).report(Q, "")["review"]["sha"]
    windows = [Sender("Li", ["exam_passed", "title", "problems"], sha), Sender("Wang", ["exam_passed", "level"], sha)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", ZYGOTE, str(run)]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as zygote:
        for window in windows:
            window.start()
        for _ in range(KILLS):
            print("go", file=zygote.stdin, flush=True)
            pid, address = zygote.stdout.readline().split()
            for window in windows:
                window.address = address
            heard = sum(len(window.told) for window in windows)
            until = time.monotonic() + 2
            while sum(len(window.told) for window in windows) == heard and time.monotonic() < until:
                time.sleep(0.003)
            time.sleep(chance.uniform(0, 0.02))
            os.kill(int(pid), signal.SIGKILL)
            assert zygote.stdout.readline() == "gone\n"
        for window in windows:
            window.over = True
            window.join(5)
        zygote.stdin.close()
    lines = [
        json.loads(line) for line in (run / REVIEWS).read_bytes().splitlines(keepends=True) if line.endswith(b"\n")
    ]
    ids = [one["id"] for one in lines]
    assert len(ids) == len(set(ids))
    for window in windows:
        assert len(window.told) >= 5
        assert {one for step in window.told for one in step} <= set(ids)
        for number in range(window.sent):
            step = [f"{window.who}-{number}-{key}" in ids for key in window.keys]
            assert all(step) or not any(step)
