"""Every case of the corpus."""

from corpus_cases_nodes import NODES
from corpus_cases_ops import OPS
from corpus_cases_rules import RULES

CASES = [*NODES, *OPS, *RULES]
