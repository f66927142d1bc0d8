"""Tables in the formats of other programs' frames: ``.parquet``, and ``.dta`` of Stata where pandas is installed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from baogao.errors import UsageError

_LONGEST_LABEL = 80
"""Of a variable of Stata, in characters."""
_STATA = 118
"""The oldest version of the format that holds Chinese: Stata 14."""


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame as ``.parquet``, with its types."""
    frame.write_parquet(path)


def write_stata(frame: pl.DataFrame, labels: Sequence[str], path: Path) -> None:
    """Write a frame as ``.dta``. Names are cut to the 32 characters that Stata allows; labels are its variables' own.

    :param labels: of the columns, in their order.
    :raises UsageError: pandas is not installed; the table is none that Stata can hold.
    """
    try:
        import pandas
    except ImportError as error:
        raise UsageError("a .dta file is written by pandas; install it with: pip install pandas") from error
    table: Any = pandas.DataFrame({series.name: _column(series) for series in frame})
    cut = [label[:_LONGEST_LABEL] for label in labels]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of names that are cut
            table.columns = _stata_names(table.columns)
            table.to_stata(
                path, write_index=False, version=_STATA, variable_labels=dict(zip(table.columns, cut, strict=True))
            )
    except ValueError as error:
        raise UsageError(f"Stata cannot hold this table: {error}") from error


def _column(series: pl.Series) -> Any:
    """A column without nulls: Stata knows missing numbers, and empty texts."""
    if series.dtype == pl.String:
        return series.fill_null("").to_list()
    return series.cast(pl.Float64).to_numpy()


def _stata_names(names: Sequence[str]) -> list[str]:
    """The names of columns in 32 characters, each different."""
    short: list[str] = []
    for name in names:
        cut, number = name[:32], 1
        while cut in short:
            number += 1
            cut = f"{name[: 31 - len(str(number))]}_{number}"
        short.append(cut)
    return short
