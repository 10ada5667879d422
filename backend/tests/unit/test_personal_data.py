"""Every column and table with personal data is listed for imports, exports, merges and erasures."""

from collections import Counter
from uuid import UUID

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, Table, Uuid

from app.db.models import Base
from app.modules import import_models
from app.modules.customer.columns import CUSTOMER_COLUMNS, IMPORTED_COLUMNS
from app.modules.customer.customer_models import Customer
from app.modules.customer.customer_schemas import CustomerCreate, CustomerRead, CustomerUpdate
from app.personal_data import PERSONAL_DATA_HOLDERS


class TestColumns:
    """A new column of `customer` fails here until `CUSTOMER_COLUMNS` lists it."""

    def test_every_column_is_listed(self) -> None:
        assert set(CUSTOMER_COLUMNS) == set(Customer.__table__.columns.keys())

    def test_the_copy_of_a_person_has_every_exported_column(self) -> None:
        exported = {name for name, rule in CUSTOMER_COLUMNS.items() if rule.export}
        assert set(CustomerRead.model_fields) == exported

    @pytest.mark.parametrize("schema", [CustomerCreate, CustomerUpdate])
    def test_csv_files_have_every_column_that_the_desk_can_write(
        self, schema: type[CustomerCreate | CustomerUpdate]
    ) -> None:
        assert set(schema.model_fields) - {"unmodified_since"} == set(IMPORTED_COLUMNS)


class TestTables:
    """A new table with a customer's id fails here until a holder of `app.personal_data` has it."""

    def test_every_table_with_a_customers_id_has_a_holder(self) -> None:
        import_models()
        assert tables_about_customers(Base.metadata) - held_tables() == set()

    def test_every_table_has_one_holder_and_exists(self) -> None:
        import_models()
        counts = Counter(table for holder in PERSONAL_DATA_HOLDERS for table in holder.tables)
        assert set(counts.values()) == {1}
        assert held_tables() <= Base.metadata.tables.keys()

    def test_every_holder_has_a_name_of_its_own(self) -> None:
        names = [holder.name for holder in PERSONAL_DATA_HOLDERS]
        assert len(set(names)) == len(names)

    @pytest.mark.parametrize(
        ("name", "kind"), [("payer_id", ForeignKey("customer.id")), ("customer_id", Uuid())]
    )
    def test_a_new_table_is_found_by_its_foreign_key_or_its_column(
        self, name: str, kind: ForeignKey | Uuid[UUID]
    ) -> None:
        metadata = MetaData()
        Table("customer", metadata, Column("id", Uuid(), primary_key=True))
        Table("invoice", metadata, Column(name, kind))
        Table("price_list", metadata, Column("id", Uuid()))
        assert tables_about_customers(metadata) == {"invoice"}


def held_tables() -> set[str]:
    return {table for holder in PERSONAL_DATA_HOLDERS for table in holder.tables}


def tables_about_customers(metadata: MetaData) -> set[str]:
    """Return the tables with a foreign key to `customer`, or with a column named `customer_id`."""
    return {
        table.name
        for table in metadata.tables.values()
        for column in table.columns
        if column.name == "customer_id"
        or any(key.target_fullname == "customer.id" for key in column.foreign_keys)
    }
