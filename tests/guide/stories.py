"""The three stories of the guide."""

from tests.guide.newcomer import NEWCOMER
from tests.guide.researcher import RESEARCHER
from tests.guide.returning import RETURNING

STORIES = (NEWCOMER, RESEARCHER, RETURNING)
