"""Messages in Chinese or English: the source is English, and what is shown to people is translated where it is shown.

Files, records, JSON and logs stay English. The catalogue is made from the source by ``docs/generate_catalogue.py``.
"""

from baogao.language.choice import Language, in_force, use
from baogao.language.said import in_chinese, translated

__all__ = ["Language", "in_chinese", "in_force", "translated", "use"]
