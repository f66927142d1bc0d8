"""Reading within limits: a file is read, and its candidates are found, in a process that may take only so much.

Files come from anywhere, and what opens them is large and written in C. A file that takes too much memory or time, or
breaks its reader, ends the process and not the run: it is told so, and the next file gets a new process. The process is
kept warm from file to file and from run to run, because starting one costs as much as reading twenty reports.
"""

from baogao.guarded.reader import GuardedReader, warm_up
from baogao.guarded.reading import Done, Finish, Reading, ReadingLimits, Task

__all__ = ["Done", "Finish", "GuardedReader", "Reading", "ReadingLimits", "Task", "warm_up"]
