"""``python -m baogao``: the command line, where its script is not on the path."""

from baogao.cli.main import run

if __name__ == "__main__":
    run()
