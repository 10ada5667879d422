"""The errors of wishes: treatments that cannot be offered as requested."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, ForbiddenException
from app.modules.catalogue.catalogue_errors import AddOnNotFound, VariantNotFound
from app.modules.resource.resource_errors import ResourceNotFound
from app.modules.staff.staff_errors import StaffNotFound


class NotOffered(ConflictException):
    code = "NOT_OFFERED"
    text = LocalizedText(
        "Spa hiện không làm dịch vụ này. Vui lòng chọn dịch vụ khác.",
        "The spa does not offer this any more. Please choose another.",
    )


class SoldAtTheDesk(ConflictException):
    code = "SOLD_AT_THE_DESK"
    text = LocalizedText(
        "Dịch vụ này chưa nhận đặt online. Vui lòng gọi chi nhánh.",
        "This service cannot be booked online. Please call the branch.",
    )


class AddOnDoesNotFit(ConflictException):
    code = "ADD_ON_DOES_NOT_FIT"
    text = LocalizedText(
        "Dịch vụ cộng thêm này không dùng kèm dịch vụ đã chọn. Vui lòng chọn dịch vụ khác.",
        "This add-on does not go with the service. Please choose another.",
    )


class NoTherapistNeeded(ConflictException):
    code = "NO_THERAPIST_NEEDED"
    text = LocalizedText(
        "Dịch vụ này không cần kỹ thuật viên. Bỏ chọn kỹ thuật viên rồi thử lại.",
        "This service needs no therapist. Leave the choice of a therapist out.",
    )


class BedDoesNotFit(ConflictException):
    code = "BED_DOES_NOT_FIT"
    text = LocalizedText(
        "Dịch vụ không làm trên loại giường này. Vui lòng chọn giường khác.",
        "This service is not done on this type of bed. Please choose another bed.",
    )


class BedsAreForTheDesk(ForbiddenException):
    code = "BEDS_ARE_FOR_THE_DESK"
    text = LocalizedText(
        "Chỉ lễ tân mới chọn được giường. Bỏ chọn giường rồi thử lại.",
        "Only the front desk can choose a bed. Leave the bed out.",
    )


class StayTooLong(ConflictException):
    code = "STAY_TOO_LONG"
    text = LocalizedText(
        "Khách ở lại quá 24 giờ. Vui lòng tách thành nhiều lần hẹn.",
        "A guest would stay longer than 24 hours. Please book several visits.",
    )


QUOTE_ERRORS = (
    VariantNotFound,
    AddOnNotFound,
    StaffNotFound,
    ResourceNotFound,
    NotOffered,
    AddOnDoesNotFit,
    NoTherapistNeeded,
    BedDoesNotFit,
    StayTooLong,
)
"""The errors with which `quote_party` refuses anybody's wishes, for the API document."""
CUSTOMER_QUOTE_ERRORS = (SoldAtTheDesk, BedsAreForTheDesk)
"""The errors with which it refuses those of users who are not at the desk."""
