"""Every module that keeps something about customers, in the order in which merges and erasures reach them."""

from app.modules.booking.personal_data import VISITS
from app.modules.calendar.personal_data import CALENDARS
from app.modules.course.personal_data import COURSES
from app.modules.customer.consents import CONSENTS
from app.modules.customer.personal_data import CUSTOMERS
from app.modules.customer.personal_data_holder import PersonalDataHolders
from app.modules.customer.stored_responses import STORED_RESPONSES
from app.modules.deposit.personal_data import DEPOSITS
from app.modules.gift_card.personal_data import GIFT_CARDS
from app.modules.online_booking.personal_data import GUEST_LINKS
from app.modules.sale.personal_data import SALES

PERSONAL_DATA_HOLDERS: PersonalDataHolders = (
    CUSTOMERS,
    CONSENTS,
    GUEST_LINKS,
    VISITS,
    CALENDARS,
    GIFT_CARDS,
    DEPOSITS,
    SALES,
    COURSES,
    STORED_RESPONSES,
)
