"""The domain: a folder a module, each with its `_models`, `_schemas`, `_service` and `_routes`."""

import importlib
import importlib.util
import pkgutil


def import_models() -> None:
    """Make every table known to the metadata; migrations compare against it."""
    for shared in ("db.idempotency", "http.published"):
        importlib.import_module(f"app.{shared}")
    for module in pkgutil.iter_modules(__path__):
        models = f"{__name__}.{module.name}.{module.name}_models"
        if importlib.util.find_spec(models) is not None:  # setup has none of its own
            importlib.import_module(models)
