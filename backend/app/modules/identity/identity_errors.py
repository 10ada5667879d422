"""Errors of sign-in, accounts and invitations."""

from app.common.types.localized import LocalizedText
from app.core.exceptions import (
    ConflictException,
    ForbiddenException,
    NotFoundException,
    ServiceUnavailableException,
    UnauthorizedException,
)


class _TokenRefused(UnauthorizedException):
    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})  # RFC 6750 §3.1


class InvalidToken(_TokenRefused):
    code = "INVALID_TOKEN"
    text = LocalizedText(
        "Phiên đăng nhập không dùng được. Vui lòng đăng nhập lại.",
        "This access token is not valid. Please sign in again.",
    )


class ExpiredToken(_TokenRefused):
    code = "TOKEN_EXPIRED"
    text = LocalizedText(
        "Phiên đăng nhập đã hết hạn. Vui lòng đăng nhập lại.",
        "This access token has expired. Refresh it or sign in again.",
    )


class NotAUser(ForbiddenException):
    """The token is a key of the Supabase project (`anon`, `service_role`) or an anonymous sign-in."""

    code = "NOT_A_USER"
    text = LocalizedText(
        "Phiên này không thuộc tài khoản nào. Vui lòng đăng nhập bằng tài khoản.",
        "This token does not belong to a user. Sign in with an account.",
    )


class KeysUnavailable(ServiceUnavailableException):
    """Supabase's public keys cannot be fetched."""

    code = "KEYS_UNAVAILABLE"
    text = LocalizedText(
        "Chưa kiểm tra được phiên đăng nhập. Vui lòng thử lại sau giây lát.",
        "Sign-in cannot be verified right now. Please try again in a moment.",
    )
    retry_after = 5  # seconds, as `keys.PAUSE_WITHOUT_KEYS`: earlier nothing is fetched again


class SessionEnded(UnauthorizedException):
    code = "SESSION_ENDED"
    text = LocalizedText(
        "Phiên đăng nhập đã kết thúc. Vui lòng đăng nhập lại.", "The session has ended. Please sign in again."
    )


class UserDisabled(ForbiddenException):
    code = "USER_DISABLED"
    text = LocalizedText(
        "Tài khoản đang bị khóa. Liên hệ quản lý để mở lại.",
        "This account is disabled. Ask an administrator to enable it.",
    )


class WrongCredentials(UnauthorizedException):
    code = "WRONG_CREDENTIALS"
    text = LocalizedText(
        "Tài khoản hoặc mật khẩu chưa đúng. Nhập lại, hoặc đặt mật khẩu mới.",
        "The login or the password is wrong. Try again, or reset the password.",
    )


class InvalidRefreshToken(UnauthorizedException):
    """The refresh token is unknown, of a session that has ended, or lost a race against another refresh."""

    code = "INVALID_REFRESH_TOKEN"
    text = SessionEnded.text


class RefreshTokenReused(UnauthorizedException):
    """A refresh token was presented twice: another person may have it, so the session is over."""

    code = "REFRESH_TOKEN_REUSED"
    text = LocalizedText(
        "Phiên đăng nhập có dấu hiệu bị dùng ở máy khác nên đã đóng. Vui lòng đăng nhập lại.",
        "This session may have been used on another device and was closed. Please sign in again.",
    )


class ForeignOrigin(ForbiddenException):
    """A request for the session of a browser came from a page of another host, or from no page."""

    code = "FOREIGN_ORIGIN"
    text = LocalizedText(
        "Trang này không thuộc ZenSpa nên không đăng nhập được. Mở lại địa chỉ của spa rồi thử lại.",
        "The request did not come from a page of ZenSpa. Open the address of the spa and try again.",
    )


class WrongPassword(ForbiddenException):
    code = "WRONG_PASSWORD"
    text = LocalizedText(
        "Mật khẩu hiện tại chưa đúng. Nhập lại, hoặc đặt mật khẩu mới qua email.",
        "The current password is wrong. Try again, or reset it by email.",
    )


class ResetLinkInvalid(NotFoundException):
    code = "RESET_LINK_INVALID"
    text = LocalizedText(
        "Liên kết đã dùng hoặc hết hạn. Vui lòng yêu cầu liên kết mới.",
        "This link was used or has expired. Request a new one.",
    )


class UserNotFound(NotFoundException):
    code = "USER_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy tài khoản này. Kiểm tra lại email, hoặc tải lại danh sách.",
        "There is no such account. Check the email, or reload the list.",
    )


class LoginTaken(ConflictException):
    code = "LOGIN_TAKEN"
    text = LocalizedText(
        "Email hoặc số điện thoại này đã có tài khoản. Dùng tài khoản đó, hoặc nhập cái khác.",
        "Another account has this email or phone number. Use that account, or enter another.",
    )


class LastAdmin(ConflictException):
    code = "LAST_ADMIN"
    text = LocalizedText(
        "Cần còn ít nhất một tài khoản quản trị. Thêm người khác trước.",
        "At least one administrator must remain. Add another first.",
    )


class RoleBranchNotFound(NotFoundException):
    """A role names a branch that does not exist."""

    code = "ROLE_BRANCH_NOT_FOUND"
    text = LocalizedText(
        "Không tìm thấy chi nhánh của vai trò này. Chọn chi nhánh khác.",
        "The branch of this role was not found. Choose another branch.",
    )


class InvitationNotFound(NotFoundException):
    code = "INVITATION_NOT_FOUND"
    text = LocalizedText(
        "Liên kết đã dùng hoặc hết hạn. Nhờ quản lý gửi lại.",
        "This link was used or has expired. Ask a manager to send a new one.",
    )


class InvitationClosed(ConflictException):
    code = "INVITATION_CLOSED"
    text = LocalizedText(
        "Lời mời đã được nhận hoặc đã thu hồi. Gửi lời mời mới nếu cần.",
        "This invitation was accepted or withdrawn. Send a new one if needed.",
    )


class InvitedUserDisabled(ConflictException):
    code = "INVITED_USER_DISABLED"
    text = LocalizedText(
        "Người này có tài khoản đang bị khóa. Mở khóa trước khi mời.",
        "This person's account is disabled. Enable it before inviting them.",
    )
