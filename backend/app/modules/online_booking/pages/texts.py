"""The texts of the booking page, in Vietnamese and English. `{names}` are filled in."""

from app.common.types.localized import LocalizedText as T

TEXTS: dict[str, T] = {
    # every page
    "title": T("Đặt lịch – {branch}", "Book – {branch}"),
    "description": T(
        "Đặt lịch online tại {branch}, {address}. Chọn dịch vụ, chọn giờ, không cần tài khoản.",
        "Book online at {branch}, {address}. Choose a treatment and a time. No account is needed.",
    ),
    "skip": T("Đến nội dung chính", "Skip to the content"),
    "steps": T("Các bước đặt lịch", "Steps of the booking"),
    "step_treatments": T("Dịch vụ", "Treatments"),
    "step_time": T("Ngày giờ", "Day and time"),
    "step_details": T("Thông tin", "Your details"),
    "step_done": T("xong", "done"),
    "other_language": T("English", "Tiếng Việt"),
    "call": T("Gọi {phone}", "Call {phone}"),
    "directions": T("Chỉ đường", "Directions"),
    "guest": T("Khách {n}", "Guest {n}"),
    "minutes": T("{n} phút", "{n} min"),
    "about_total": T("Tạm tính", "Total, about"),
    "zone": T("Giờ trên trang là giờ {place}.", "All times are local time in {place}."),
    "again": T("Đặt lịch mới", "Book again"),
    "back": T("Quay lại", "Back"),
    "with": T("Kỹ thuật viên: {name}", "With {name}"),
    # without the key of a branch
    "choose_branch": T("Chọn chi nhánh", "Choose a branch"),
    "branches_description": T(
        "Đặt lịch spa online. Chọn chi nhánh, dịch vụ và giờ hẹn, không cần tài khoản.",
        "Book a spa online. Choose a branch, a treatment and a time. No account is needed.",
    ),
    # step 1
    "choose_treatments": T("Chọn dịch vụ", "Choose your treatments"),
    "choose_for_guest": T("Chọn dịch vụ cho khách {n}", "Choose treatments for guest {n}"),
    "intro": T(
        "Chọn một hay nhiều dịch vụ. Giờ hẹn được chọn ở bước sau.",
        "Choose one or more treatments. The time comes next.",
    ),
    "categories": T("Nhóm dịch vụ", "Categories"),
    "add_ons": T("Làm thêm", "Add-ons"),
    "more_minutes": T("+{n} phút", "+{n} min"),
    "wish": T("Kỹ thuật viên", "Therapist"),
    "any": T("Kỹ thuật viên bất kỳ", "Any therapist"),
    "female": T("Kỹ thuật viên nữ", "A woman"),
    "male": T("Kỹ thuật viên nam", "A man"),
    "same_room": T("Nằm cùng một phòng", "In one room together"),
    "to_times": T("Chọn ngày giờ", "Choose a time"),
    "more_guests": T("Thêm khách", "Add a guest"),
    "chosen": T("Đã chọn", "Chosen"),
    "change": T("Sửa", "Change"),
    "remove": T("Bỏ", "Remove"),
    "same_again": T("Thêm khách giống vậy", "Add a guest with the same"),
    "nothing_sold": T(
        "Hiện chưa có dịch vụ nào nhận đặt online. Vui lòng gọi spa.",
        "Nothing can be booked online at present. Please call the spa.",
    ),
    "choose_one": T(
        "Chưa chọn dịch vụ. Chọn ít nhất một dịch vụ.", "Nothing is chosen. Choose at least one treatment."
    ),
    "one_length": T(
        "Mỗi dịch vụ chỉ một thời lượng. Bỏ bớt ở {service}.",
        "Choose one length for each treatment. Remove one of {service}.",
    ),
    "too_many": T(
        "Một lần đặt được tối đa {treatments} dịch vụ. Bỏ bớt, hoặc gọi spa.",
        "One booking can have {treatments} treatments. Remove some, or call the spa.",
    ),
    "too_many_add_ons": T(
        "Mỗi dịch vụ làm thêm tối đa {n} mục. Bỏ bớt ở {service}.",
        "A treatment can have {n} add-ons. Remove some of {service}.",
    ),
    "not_theirs": T(
        "{name} không làm các dịch vụ đã chọn. Chọn kỹ thuật viên khác.",
        "{name} does not do what is chosen. Choose another therapist.",
    ),
    # step 2
    "choose_time": T("Chọn ngày giờ", "Choose a day and time"),
    "choose_new_time": T("Chọn giờ mới", "Choose a new time"),
    "days": T("Ngày", "Days"),
    "earlier_days": T("Ngày trước", "Earlier days"),
    "later_days": T("Ngày sau", "Later days"),
    "today": T("Hôm nay", "Today"),
    "closed": T("Nghỉ", "Closed"),
    "full": T("Kín", "Full"),
    "free": T("còn giờ", "free"),
    "day_closed": T("nghỉ", "closed"),
    "day_full": T("kín lịch", "fully booked"),
    "morning": T("Sáng", "Morning"),
    "afternoon": T("Chiều", "Afternoon"),
    "evening": T("Tối", "Evening"),
    "no_start": T("{day} không còn giờ trống", "No free time on {day}"),
    "next_day": T("Ngày gần nhất còn giờ: {day}", "Next day with a free time: {day}"),
    "no_day": T(
        "Chưa tìm thấy ngày trống. Vui lòng gọi spa, hoặc chọn dịch vụ khác.",
        "There is no free day yet. Please call the spa, or choose something else.",
    ),
    "hold_hint": T(
        "Chạm vào giờ để giữ chỗ trong {n} phút. Chưa cần điền gì.",
        "Tap a time to hold it for {n} minutes.",
    ),
    "move_hint": T("Chạm vào giờ để đổi lịch ngay.", "Tap a time to move your visit there at once."),
    "present_time": T("Lịch hiện tại", "Now booked for"),
    "yours": T("đang giữ cho quý khách", "held for you"),
    "yours_at": T("{time} đang giữ cho quý khách.", "{time} is held for you."),
    "continue": T("Tiếp tục", "Continue"),
    # step 3
    "your_details": T("Thông tin liên hệ", "Your details"),
    "held_until": T("Giữ chỗ đến {time}.", "Held until {time}."),
    "time_left": T("Còn {time}", "{time} left"),
    "held_over": T(
        "Hết giờ giữ chỗ. Vẫn xác nhận được nếu giờ này còn trống.",
        "The hold has run out. You can still confirm if the time is free.",
    ),
    "full_name": T("Họ tên", "Full name"),
    "phone": T("Số điện thoại", "Phone number"),
    "email": T("Email", "Email"),
    "optional": T("không bắt buộc", "optional"),
    "note": T("Ghi chú cho spa", "Note for the spa"),
    "note_hint": T(
        "Ví dụ: dị ứng, mang thai, lực mạnh hay nhẹ.",
        "For example an allergy, a pregnancy, firm or light pressure.",
    ),
    "policy": T(
        "Đổi hoặc hủy miễn phí trước {until}.",
        "Free to change or cancel until {until}.",
    ),
    "policy_over": T(
        "Lịch này không đổi hoặc hủy online được nữa. Có việc gì, vui lòng gọi spa.",
        "This visit is too close to be changed or cancelled online. Please call the spa if anything comes up.",
    ),
    "approval": T(
        "Spa sẽ xác nhận lịch hẹn sau khi nhận.", "The spa confirms the visit after it has seen it."
    ),
    "confirm": T("Xác nhận đặt lịch", "Confirm booking"),
    "other_time": T("Đổi giờ khác", "Choose another time"),
    "code": T("Mã xác nhận trong email", "Code from your mailbox"),
    "code_hint": T(
        "Mã 6 số đã gửi đến {email}, dùng được 10 phút.",
        "A code of 6 digits was sent to {email}. It is valid for 10 minutes.",
    ),
    "code_again": T("Gửi lại mã", "Send a new code"),
    "code_next": T("Mã xác nhận sẽ được gửi đến email này.", "A code will be sent to this address."),
    "email_needed": T("Cần email để nhận mã xác nhận.", "An email address is needed for the code."),
    "name_needed": T("Vui lòng điền họ tên.", "Please enter your name."),
    "phone_needed": T("Vui lòng điền số điện thoại.", "Please enter a phone number."),
    "check_fields": T("Còn {n} mục cần xem lại.", "{n} fields need another look."),
    "trap": T("Để trống ô này", "Leave this empty"),
    # the deposit
    "deposit": T("Tiền cọc", "Deposit"),
    "deposit_asked": T(
        "Chi nhánh nhận cọc {amount}: chuyển khoản trong {minutes} phút sau khi xác nhận.",
        "The branch takes a deposit of {amount}: a bank transfer within {minutes} minutes after you confirm.",
    ),
    "deposit_rule": T(
        "Hủy trong hạn được hoàn cọc; hủy sát giờ hoặc không đến thì không.",
        "It is returned if you cancel in time, and not if you cancel late or do not come.",
    ),
    "deposit_title": T("Chuyển cọc để giữ lịch", "Transfer the deposit to keep your time"),
    "deposit_until": T("Giữ chỗ chờ tiền cọc đến {time}.", "Held for the deposit until {time}."),
    "deposit_over": T(
        "Hết giờ giữ chỗ. Nếu đã chuyển khoản, vui lòng gọi spa.",
        "The hold has run out. If you have sent the transfer, please call the spa.",
    ),
    "deposit_qr": T(
        "Mã QR chuyển khoản {amount}, nội dung {code}",
        "QR code for a transfer of {amount} with the text {code}",
    ),
    "deposit_scan": T("Quét mã bằng ứng dụng ngân hàng", "Scan the code with your bank app"),
    "deposit_wait": T(
        "Tiền về là lịch được xác nhận, trang này tự cập nhật.",
        "Once the money is there the visit is confirmed, and this page shows it by itself.",
    ),
    "amount": T("Số tiền", "Amount"),
    "account": T("Tài khoản", "Account"),
    "transfer_text": T("Nội dung chuyển khoản", "Text of the transfer"),
    "deposit_part": T("Đã nhận {paid}, còn {due}.", "{paid} has arrived, {due} is missing."),
    "deposit_release": T("Bỏ giữ chỗ", "Release the time"),
    "deposit_kept": T("Đã nhận {amount}", "{amount} has arrived"),
    "deposit_owed": T("Spa sẽ hoàn lại {amount}", "The spa returns {amount}"),
    "deposit_missed": T("{amount}, không được hoàn vì lỡ hẹn", "{amount}, not returned for a missed visit"),
    "deposit_settled": T("{amount}, đã trừ hoặc đã hoàn", "{amount}, deducted or returned"),
    # a hold that is over
    "expired": T("Hết giờ giữ chỗ", "The hold has run out"),
    "expired_kept": T(
        "Thông tin đã điền vẫn còn. Chọn lại giờ để tiếp tục.",
        "What you typed is kept. Choose a time to go on.",
    ),
    "same_time": T("Giữ lại {time}", "Hold {time} again"),
    "same_time_gone": T("{time} vừa có khách khác đặt.", "{time} has been taken meanwhile."),
    "nearest": T("Giờ trống gần nhất", "Nearest free times"),
    "all_times": T("Xem mọi giờ trống", "See all free times"),
    # the private page
    "status_confirmed": T("Đã đặt lịch. Hẹn gặp quý khách!", "You are booked. See you soon!"),
    "status_pending": T(
        "Đã gửi. Spa sẽ sớm xác nhận lịch hẹn.", "Sent. The spa will confirm your visit soon."
    ),
    "status_arrived": T("Quý khách đã đến. Spa đang đón tiếp.", "You have arrived. The spa is with you."),
    "status_in_service": T("Quý khách đang làm dịch vụ.", "Your treatment is under way."),
    "status_completed": T("Cảm ơn quý khách đã ghé spa.", "Thank you for your visit."),
    "status_cancelled": T("Lịch hẹn đã hủy.", "This visit is cancelled."),
    "status_declined": T(
        "Rất tiếc, spa chưa xếp được lịch này.", "We are sorry, the spa could not fit this visit in."
    ),
    "status_over": T("Lịch hẹn này đã qua.", "This visit has passed."),
    "when": T("Thời gian", "When"),
    "where": T("Địa điểm", "Where"),
    "what": T("Dịch vụ", "Treatments"),
    "name": T("Người đặt", "Booked by"),
    "add_to_calendar": T("Thêm vào lịch điện thoại", "Add to calendar"),
    "move": T("Đổi lịch", "Change the time"),
    "cancel": T("Hủy lịch", "Cancel visit"),
    "cancel_question": T("Hủy lịch hẹn {when}?", "Cancel the visit at {when}?"),
    "cancel_reason": T("Lý do", "Reason"),
    "keep_link": T(
        "Lưu địa chỉ trang này: chỉ ai có địa chỉ mới xem, đổi hoặc hủy được lịch hẹn.",
        "Keep the address of this page. Anyone who has it can see, change or cancel the visit.",
    ),
    "moved": T("Đã đổi lịch.", "Your visit has moved."),
    "courses": T("Liệu trình", "Your courses"),
    "course_left": T("còn {free}/{sessions} buổi", "{free} of {sessions} sessions left"),
    "course_reserved": T("đang giữ {n} buổi cho lịch hẹn", "{n} reserved for visits"),
    "course_until": T("hết hạn {day}", "valid until {day}"),
    "course_no_end": T("không hết hạn", "no last day"),
    "course_pays": T("Lịch hẹn này trừ vào liệu trình.", "This visit is paid by a session of it."),
    # refusals
    "refused": T("Chưa mở được trang này", "This page cannot be opened"),
    "start_again": T("Bắt đầu lại", "Start again"),
    # the poster
    "poster_title": T("Đặt lịch online", "Book online"),
    "poster_scan": T("Quét mã bằng camera hoặc Zalo", "Scan the code with your camera"),
    "poster_lead": T(
        "Chọn dịch vụ, chọn giờ, không cần tài khoản.", "Choose a treatment and a time. No account needed."
    ),
    "poster_qr": T("Mã QR mở trang đặt lịch {url}", "QR code that opens {url}"),
    "print": T("In trang này", "Print this page"),
}


def text(key: str, language: str, **values: object) -> str:
    """Return a text with its values."""
    return TEXTS[key].in_language(language).format(**values)
