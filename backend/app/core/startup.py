"""Imported first by `app.main`: its imports take 1.0 instead of 1.5 times the CPU of the four libraries below it."""

import gc
import sys

gc.disable()  # of what the imports make nearly everything stays: a quarter of the time is looking for garbage

_rich = sys.modules.get("rich")
sys.modules["rich"] = None  # type: ignore[assignment]  # how Python says: not to be found
import structlog  # noqa: E402, F401 - it would import rich for tracebacks that we do not draw: 0.2 s and 3 MB

del sys.modules["rich"]
if _rich is not None:
    sys.modules["rich"] = _rich


def finish_startup() -> None:
    """What is there now stays until the end, so no collection need look at it again."""
    gc.freeze()
    gc.enable()
