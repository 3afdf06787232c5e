"""Say what a family pays so that $25.00 arrive, before and after the rules changed.

python examples/deposit_fees.py
"""

from datetime import UTC, datetime
from pathlib import Path

import securecall as sc

TARIFF = Path(__file__).parent / "month" / "tariff.toml"


def main() -> None:
    tariff = sc.Tariff.load(TARIFF)
    for at in (datetime(2022, 5, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)):
        print(at.date())
        quote = tariff.quote_deposit("25.00", facility="tx-harris", at=at)
        print(f"  $25.00 by card: {quote.credited} arrive, fees {quote.fees}")
        for line in quote.lines:
            print(f"    {line.id}: {line.text}")
        quote = tariff.quote_credit("25.00", facility="tx-harris", channel="agent", at=at)
        print(f"  so that $25.00 arrive through an agent: {quote.paid} are paid")
    # Fees that would eat the whole deposit are an error, and nothing moves.
    try:
        tariff.quote_deposit("2.00", facility="tx-harris", at=datetime(2022, 5, 1, tzinfo=UTC))
    except sc.FeesExceedDeposit as error:
        print(f"$2.00 in 2022: {error}")


if __name__ == "__main__":
    main()
