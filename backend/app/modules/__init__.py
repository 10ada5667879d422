"""The domain: a folder a module, each with its `_models`, `_schemas`, `_service` and `_routes`."""

import importlib
import importlib.util
import pkgutil


def import_models() -> None:
    """Make every table known to the metadata; migrations compare against it."""
    importlib.import_module("app.db.idempotency")
    for module in pkgutil.iter_modules(__path__):
        models = f"{__name__}.{module.name}.{module.name}_models"
        if importlib.util.find_spec(models) is not None:  # setup has none of its own
            importlib.import_module(models)
