"""How often two old answers to one call differ, and old from new, for the comparer to learn what is noise."""

from collections.abc import Sequence

from sqlalchemy import select

from overgang.core.compare.noise import Row, Total
from overgang.shell.store import schema
from overgang.shell.store.database import Database, add

_PAIRS = ("pairs", "beside_pairs")
_DIFFERED = ("differed", "beside_differed")


class NoiseCounts(Database):
    """Counts of pairs per operation, and of pairs that differed per place and kind."""

    def add_noise(self, totals: Sequence[Total], rows: Sequence[Row]) -> None:
        """Add what was newly learnt: `store.add_noise(*noise.rows())` of a Noise that began empty."""
        with self.writing() as connection:
            add(connection, schema.noise_pair, [row._asdict() for row in totals], _PAIRS)
            add(connection, schema.noise, [row._asdict() for row in rows], _DIFFERED)

    def noise_rows(self) -> tuple[tuple[Total, ...], tuple[Row, ...]]:
        """All counts: `of_rows(*store.noise_rows())` is what was learnt by everyone."""
        pair, noise = schema.noise_pair, schema.noise
        totals = select(*(pair.c[name] for name in Total._fields)).order_by(*pair.primary_key)
        rows = select(*(noise.c[name] for name in Row._fields)).order_by(*noise.primary_key)
        with self.reading() as connection:
            return (
                tuple(Total(*row) for row in connection.execute(totals)),
                tuple(Row(*row) for row in connection.execute(rows)),
            )
