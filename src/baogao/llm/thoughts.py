"""What a model thought before it answered, where the server leaves it in the text: found, and cut off."""

from __future__ import annotations

import re

_NAMES = "think|thinking|thoughts?|reason|reasoning|seed:think"
_OPENING = re.compile(
    rf"\s*(?:<(?:{_NAMES})\s*>|Thinking\.\.\.[ \t]*\n|◁think▷|\[THINK\]|<\|begin_of_thought\|>|<\|channel>thought\b"
    # Channels, the marks of which a server may strip in part.
    r"|(?P<channel>(?:<\|start\|>assistant)?<\|channel\|>\s*(?:analysis|commentary)"
    r"|(?:analysis|commentary)(?:<\|message\|>|(?=(?-i:[A-Z\u4e00-\u9fff])))))",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    rf"</(?:{_NAMES})\s*>|^[ \t]*\.\.\.done thinking\.?[ \t]*$|◁/think▷|\[/THINK\]|<\|end_of_thought\|>|<channel\|>"
    r"|<\|channel\|>\s*final(?:\s*<\|constrain\|>\s*\w+)?(?:\s*<\|message\|>)?|assistantfinal(?:<\|message\|>)?",
    re.IGNORECASE | re.MULTILINE,
)
"""What stands between thoughts and answer; many models never write what should open the thoughts."""
_CLOSING_CHANNEL = re.compile(_CLOSING.pattern + r"|<\|end\|>(?!\s*(?:<\||\Z))", re.IGNORECASE | re.MULTILINE)
"""What ends a channel of thoughts: the next channel may have lost its marks."""
_LATE_OPENING = re.compile(rf"^[ \t]*(?:<(?:{_NAMES})\s*>|◁think▷|\[THINK\])", re.MULTILINE)
_QUOTES = ('""', "''", "``", "“”", "‘’", "「」", "《》")
_JSON_BEGINS = re.compile(r"\s*(?:<answer>\s*|<\|begin_of_box\|>\s*)?(?:```\w*\s*)?[\[{]")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\Z)', re.DOTALL)
_WRAPPED = re.compile(
    r"\s*(?:<answer>(.*?)(?:</answer>\s*)?|<\|begin_of_box\|>(.*?)(?:<\|end_of_box\|>\s*)?)\Z", re.DOTALL
)
_END_MARK = re.compile(r"(?:<\|[\w ]{1,30}\|>|<｜[^<>｜]{1,30}｜>|</s>|<end_of_turn>|<eos>)\Z")
_LONGEST_MARK = 40


def without_thoughts(text: str) -> tuple[str, bool]:
    """The answer in a text, and whether there were thoughts before it.

    Nothing is left of thoughts that were cut before their end. Everything before the last mark that ends thoughts is
    thought, whether or not a mark opens it; marks within the strings of a JSON answer, or in quotes, are words.
    """
    start, thought = 0, False
    while opening := _OPENING.match(text, start):
        closing = None
        for closing in (_CLOSING_CHANNEL if opening["channel"] else _CLOSING).finditer(text, opening.end()):
            if not _is_quoted(text, closing):
                break
        if closing is None:
            return "", True
        thought = thought or bool(text[opening.end() : closing.start()].strip())
        start = closing.end()
    marks = [mark for mark in _outside_json(text, start) if not _is_quoted(text, mark)]
    if marks:
        thought = thought or bool(text[start : marks[-1].start()].strip())
        start = marks[-1].end()
    answer = text[start:].lstrip() if start else text
    late = None if marks else _LATE_OPENING.search(answer)
    if late and late.start():
        return answer[: late.start()].rstrip(), True
    return _unwrapped(answer), thought


def _is_quoted(text: str, mark: re.Match[str]) -> bool:
    return text[max(0, mark.start() - 1) : mark.start()] + text[mark.end() : mark.end() + 1] in _QUOTES


def _outside_json(text: str, start: int) -> list[re.Match[str]]:
    """The marks that end thoughts, without those in the strings of an answer that begins as JSON."""
    marks = list(_CLOSING.finditer(text, start))
    begins = [start, *(mark.end() for mark in marks)]
    begin = next((one for one in begins if _JSON_BEGINS.match(text, one)), None)
    if marks and begin is not None:
        plain = text[:begin] + _STRING.sub(lambda string: " " * len(string[0]), text[begin:])
        return list(_CLOSING.finditer(plain, start))
    return marks


def _unwrapped(answer: str) -> str:
    """An answer without the marks that some models put around it, or leave at its end."""
    end = len(answer)
    while mark := _END_MARK.search(answer, max(0, end - _LONGEST_MARK), end):
        end = len(answer[: mark.start()].rstrip())
    answer = answer[:end]
    if wrapped := _WRAPPED.match(answer):
        answer = (wrapped[1] or wrapped[2] or "").strip()
    return answer
