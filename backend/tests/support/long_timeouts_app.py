"""The app for tests that are not about timeouts: `uvicorn tests.support.long_timeouts_app:app`."""

from tests.support.long_timeouts import use_long_timeouts

use_long_timeouts()

from app.main import app  # noqa: E402, F401 - the limits are set before the app is imported
