"""Coordination: names listed first, figures listed after (收到、受理、审结分别为9件、8件、7件; 建议和提案9件和8件).

Every figure of such a run gets its own name as its lead, so that the rules read it as if it were printed in full.
A later “前者” or “后者” stands for the first or the second of two names.
"""

from __future__ import annotations

import re

from baogao.rules.clauses import Clause

_RESPECTIVELY = re.compile(r"分别|依次|各(?=[有为]?\s*$)")
_COMMA = re.compile(r"、|[，,]?以及|[，,；;／/]")
_AND = re.compile(r"和|与|及|并")
_POINT_IN_TIME = re.compile(r"\s*(?:截至|截止|到|至)?[^，,]{0,8}(?:末|底|初|目前|日|月份?)\s*")
_BARE_LINK = re.compile(r"[，,、；;／/\s]*(?:和|与|及|以及)?")


def distribute(clauses: list[Clause]) -> None:
    """Give every figure of a coordinated run its own name as ``lead``; ``clauses`` are those of one sentence."""
    if not any(_follows(clause) or "者" in clause.pieces[0] for clause in clauses[1:]):
        return
    at = 0
    leads: list[str] = []
    while at < len(clauses):
        run = _run_from(clauses, at)
        names = _names(clauses[at], len(run)) if len(run) > 1 else None
        if names is None:
            run = run[:1]
            _resolve(run[0], leads)
            names = [run[0].pieces[0]] if run[0].figures else []
        else:
            for clause, name in zip(run, names, strict=True):
                clause.lead = name
        leads += names
        at = clauses.index(run[-1]) + 1


def _follows(clause: Clause) -> bool:
    """Whether a figure stands alone in its clause, with nothing but a link before it."""
    return len(clause.figures) == 1 and _BARE_LINK.fullmatch(clause.before + clause.pieces[0]) is not None


def _run_from(clauses: list[Clause], at: int) -> list[Clause]:
    """The clauses from ``at`` on whose figures follow each other with nothing but a link in between."""
    first = clauses[at]
    if not first.figures:
        return [first]
    respectively = _RESPECTIVELY.search(first.before + first.masked())
    run = [first]
    for clause in clauses[at + 1 :]:
        if not clause.figures and _BARE_LINK.fullmatch(clause.pieces[0]) and respectively:
            continue
        if not _follows(clause) or run[-1].pieces[-1].strip() or (clause.before and not respectively):
            break
        run.append(clause)
    alike = len({clause.figures[-1].unit for clause in run if clause.figures}) == 1 and not run[-1].pieces[-1].strip()
    return run if respectively or alike else [first]


def _names(first: Clause, count: int) -> list[str] | None:
    """The last ``count`` names before the first figure, each with the verb after 分别; None when there are fewer."""
    lead = first.before + first.lead_of(len(first.figures) - 1)
    marker = _RESPECTIVELY.search(lead)
    listed, verb = (lead[: marker.start()], lead[marker.end() :]) if marker else (lead, "")
    parts = [part for part in _COMMA.split(listed) if part.strip() and not _POINT_IN_TIME.fullmatch(part)]
    if len(parts) < count and parts:
        parts = [*parts[:-1], *_AND.split(parts[-1], maxsplit=count - len(parts))]
    if len(parts) < count:
        return None
    return [f"{part}{verb}" for part in parts[-count:]]


def _resolve(clause: Clause, leads: list[str]) -> None:
    """Put the names of the last two figures in place of 前者 and 后者."""
    if len(leads) >= 2:
        first, second = leads[0], leads[1]
        clause.pieces[0] = clause.pieces[0].replace("前者", first).replace("后者", second)
