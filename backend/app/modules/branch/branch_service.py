"""What a spa does with its branches."""

from app.common.text import Text
from app.core.exceptions import NotFoundException


class BranchNotFound(NotFoundException):
    code = "BRANCH_NOT_FOUND"
    text = Text("Không tìm thấy chi nhánh này.", "There is no such branch.")
