"""The domain: a folder a module, each with its `_models`, `_schemas`, `_service` and `_routes`."""

import importlib
import pkgutil
from importlib.util import find_spec


def import_models() -> None:
    """Makes every table known to the metadata; migrations compare against it."""
    importlib.import_module("app.core.published")
    for module in pkgutil.iter_modules(__path__):
        models = f"{__name__}.{module.name}.{module.name}_models"
        if find_spec(models):  # a module may be without tables
            importlib.import_module(models)
