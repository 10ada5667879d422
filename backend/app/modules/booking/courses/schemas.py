"""Requests and responses about the courses that pay visits."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.common.schemas import Bilingual, RequestModel
from app.common.validation import bilingual_error
from app.modules.course.kinds import CourseSessionState
from app.scheduling.demand import MOST_GUESTS, MOST_TREATMENTS


class TreatmentCourse(RequestModel):
    """The course that is to pay a treatment."""

    treatment_id: UUID
    course_id: UUID | None = Field(description="A course of the guest or the booker; null: none.")


class VisitCoursesUpdate(RequestModel):
    """The treatments whose course changes; the others stay."""

    treatments: Annotated[
        list[TreatmentCourse], Field(min_length=1, max_length=MOST_GUESTS * MOST_TREATMENTS)
    ]

    @model_validator(mode="after")
    def _refuse_duplicates(self) -> Self:
        ids = [treatment.treatment_id for treatment in self.treatments]
        if len({*ids}) != len(ids):
            raise bilingual_error(
                "treatment_twice", "Mỗi dịch vụ chỉ được nêu một lần.", "A treatment can be named once"
            )
        return self


class PayingCourse(BaseModel):
    """A course that can pay a treatment."""

    course_id: UUID
    customer_id: UUID = Field(description="The guest, or the booker.")
    name: Bilingual
    sessions: int
    free: int = Field(description="Sessions that can be used.")
    expires_on: date | None


class PayingSession(BaseModel):
    """The session that pays a treatment."""

    course_id: UUID
    number: int = Field(description="From 1.")
    sessions: int = Field(description="The number of sessions of the course.")
    state: CourseSessionState
    is_billed: bool = Field(description="It is on a closed bill: only a refund takes it back.")


class TreatmentCourses(BaseModel):
    treatment_id: UUID
    appointment_id: UUID
    is_on_bill: bool = Field(description="It is on a bill, open or closed: the bill says what pays it.")
    session: PayingSession | None = Field(description="The session that pays it.")
    courses: list[PayingCourse] = Field(
        description="The courses of the guest and the booker that can pay it, the best first: the guest's before the"
        " booker's, and of these the one that expires first."
    )


class VisitCourses(BaseModel):
    treatments: list[TreatmentCourses] = Field(description="By guest, in the order of their treatments.")
