"""The errors of the customer module."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import ConflictException, ForbiddenException, NotFoundException, ValidationException
from app.modules.customer.customer_schemas import MAX_TAGS, MAX_TEXT

NO_RECORD_OF_ACCOUNT = LocalizedText(
    "Tài khoản này chưa gắn với hồ sơ khách hàng. Nhờ lễ tân gắn giúp.",
    "This account has no customer record yet. Ask the front desk to link it.",
)
"""The message of `CustomerNotFound` to an account without a record of its own."""
_MAX_TEXT_VI = f"{MAX_TEXT:,}".replace(",", ".")


class CustomerNotFound(NotFoundException):
    code = "CUSTOMER_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy khách hàng này. Tìm lại theo tên hoặc số điện thoại.",
        "There is no such customer. Search again by name or phone.",
    )


class PhoneTaken(ConflictException):
    """`details` has the id of the customer with this number, when the request had one number."""

    code = "CUSTOMER_PHONE_TAKEN"
    text = LocalizedText(
        "Số này đã có khách khác dùng. Nếu là người nhà, để trống số và chọn khách đó làm liên hệ.",
        "Another customer has this phone number. For a child or a relative, leave it empty and choose that customer as the"
        " contact.",
    )


class CustomerChanged(ConflictException):
    code = "CUSTOMER_CHANGED"
    text = LocalizedText(
        "Hồ sơ này vừa được người khác sửa. Xem lại rồi lưu.",
        "Another user has just changed this customer. Review the changes, then save again.",
    )


class ContactRefused(ConflictException):
    code = "CUSTOMER_CONTACT_REFUSED"
    text = LocalizedText(
        "Không chọn được người liên hệ này. Chọn khách khác có số điện thoại của mình.",
        "This customer cannot be the contact. Choose another one who has a phone number of their own.",
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
        "Dữ liệu cá nhân của khách hàng này đã được xóa. Tạo hồ sơ mới nếu khách quay lại.",
        "This customer's personal data was erased. Add a new customer if they come back.",
    )


class MergeSameTime(ConflictException):
    """`details` lists appointments as those of `SAME_TIME`. The desk confirms by `allow_same_time`."""

    code = "MERGE_SAME_TIME"
    text = LocalizedText(
        "Hai hồ sơ có lịch hẹn cùng giờ, có thể là hai người. Kiểm tra lại, hoặc xác nhận để vẫn gộp.",
        "Both records have appointments at the same time, so they may be two people. Please check, or confirm the merge.",
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
    text = LocalizedText(
        "Hai hồ sơ này là một. Chọn hai hồ sơ khác nhau để gộp.",
        "A customer cannot be merged with itself. Choose two customers.",
    )


class OwnAccount(ForbiddenException):
    code = "OWN_ACCOUNT"
    text = LocalizedText(
        "Không thể tự gắn tài khoản hoặc gộp hồ sơ của mình. Nhờ quản lý làm giúp.",
        "You cannot link or merge your own customer record. Ask an administrator.",
    )


class AccountTaken(ConflictException):
    code = "CUSTOMER_ACCOUNT_TAKEN"
    text = LocalizedText(
        "Tài khoản này đã gắn với khách hàng khác. Gỡ khỏi khách đó trước, hoặc chọn tài khoản khác.",
        "This account belongs to another customer. Unlink it there first, or choose another.",
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
