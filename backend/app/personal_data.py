"""Every module that keeps something about customers, in the order in which merges and erasures reach them."""

from app.modules.booking.personal_data import VISITS
from app.modules.calendar.personal_data import CALENDARS
from app.modules.customer.consents import CONSENTS
from app.modules.customer.personal_data import CUSTOMERS
from app.modules.customer.personal_data_holder import PersonalDataHolders
from app.modules.customer.stored_responses import STORED_RESPONSES

PERSONAL_DATA_HOLDERS: PersonalDataHolders = (CUSTOMERS, CONSENTS, VISITS, CALENDARS, STORED_RESPONSES)
