"""The errors of the customer module."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, ForbiddenException, NotFoundException, ValidationException
from app.modules.customer.customer_schemas import MAX_TAGS, MAX_TEXT

_MAX_TEXT_VI = f"{MAX_TEXT:,}".replace(",", ".")


class CustomerNotFound(NotFoundException):
    code = "CUSTOMER_NOT_FOUND"
    text = LocalizedText("Không tìm thấy khách hàng này.", "No such customer.")


class PhoneTaken(ConflictException):
    """`details` has the id of the customer with this number, when the request had one number."""

    code = "CUSTOMER_PHONE_TAKEN"
    text = LocalizedText(
        "Số điện thoại này đã thuộc về khách hàng khác.", "Another customer has this phone number."
    )


class CustomerArchived(ConflictException):
    code = "CUSTOMER_ARCHIVED"
    text = LocalizedText(
        "Khách hàng này đã được lưu trữ. Khôi phục trước rồi làm tiếp.",
        "The customer is archived. Restore the customer first.",
    )


class CustomerMerged(ConflictException):
    code = "CUSTOMER_MERGED"
    text = LocalizedText(
        "Hồ sơ này đã được gộp vào hồ sơ khác. Dùng hồ sơ còn lại.",
        "This customer was merged into another one. Use that one.",
    )


class CustomerErased(ConflictException):
    code = "CUSTOMER_ERASED"
    text = LocalizedText(
        "Dữ liệu cá nhân của khách hàng này đã được xóa.", "This customer's personal data was erased."
    )


class MergeTooLarge(ConflictException):
    code = "CUSTOMER_MERGE_TOO_LARGE"
    text = LocalizedText(
        f"Gộp lại sẽ có hơn {MAX_TAGS} nhãn hoặc ghi chú dài hơn {_MAX_TEXT_VI} ký tự. Rút gọn trước khi gộp.",
        f"Together they have more than {MAX_TAGS} tags, or notes of more than {MAX_TEXT:,} characters."
        " Shorten them first.",
    )


class MergeWithItself(ConflictException):
    code = "CUSTOMER_MERGE_WITH_ITSELF"
    text = LocalizedText("Hai hồ sơ này là một, không cần gộp.", "A customer cannot be merged with itself.")


class OwnAccount(ForbiddenException):
    code = "OWN_ACCOUNT"
    text = LocalizedText(
        "Không thể tự gắn tài khoản hoặc gộp hồ sơ của mình. Nhờ quản lý làm giúp.",
        "You cannot link or merge your own customer record. Ask an administrator.",
    )


class AccountTaken(ConflictException):
    code = "CUSTOMER_ACCOUNT_TAKEN"
    text = LocalizedText(
        "Tài khoản này đã gắn với khách hàng khác.", "This account belongs to another customer."
    )


class ImportRefused(ValidationException):
    """`details` has every bad row and its reason, up to a hundred."""

    code = "IMPORT_REFUSED"
    text = LocalizedText(
        "Tệp có dòng cần sửa hoặc xác nhận. Chưa nhập dòng nào.",
        "The file has rows to correct or to confirm. Nothing was imported.",
    )


class ImportRunning(ConflictException):
    code = "IMPORT_RUNNING"
    text = LocalizedText(
        "Đang nhập một tệp khách hàng khác. Chờ nhập xong rồi thử lại.",
        "Another file of customers is being imported. Wait until it is done, then try again.",
    )
