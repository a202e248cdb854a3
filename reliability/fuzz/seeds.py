"""Where the fuzzer starts: the corpus of broken exports, valid documents, and lucky bytes of a fixed seed."""
from __future__ import annotations
