"""The app for a test of something else than its limits: `uvicorn tests.support.patient_app:app`."""

from tests.support.patience import be_patient

be_patient()

from app.main import app  # noqa: E402, F401 - it is to begin with patience
