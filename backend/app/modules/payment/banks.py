"""The banks of Vietnam that spas have accounts with. The set-up page offers the same (`frontend/src/setup/branches/banks.ts`)."""

BANKS = {
    "970436": "Vietcombank",
    "970415": "VietinBank",
    "970418": "BIDV",
    "970405": "Agribank",
    "970407": "Techcombank",
    "970422": "MB Bank",
    "970416": "ACB",
    "970432": "VPBank",
    "970423": "TPBank",
    "970403": "Sacombank",
    "970437": "HDBank",
    "970441": "VIB",
    "970443": "SHB",
}
"""Names, by the six digits that NAPAS gave each (BIN)."""
