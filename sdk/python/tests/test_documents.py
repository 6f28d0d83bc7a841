"""Documents, in the memory of the build machine."""

from dataclasses import dataclass

from wheelhouse_sdk import (
    Amount,
    Collection,
    Conflict,
    Denied,
    Group,
    Internal,
    Invalid,
    Need,
    NotFound,
    Page,
    plugin,
    testing,
)
from wheelhouse_sdk.mistake import Mistake

from .support import KitTest


@dataclass
class Place:
    city: str


@dataclass
class Stop:
    place: Place
    nights: int


STOPS = Collection.of_user("stops", Stop)


def stop(city: str, nights: int) -> Stop:
    return Stop(Place(city), nights)


class Documents(KitTest):
    def test_a_document_is_stored_read_replaced_and_deleted(self) -> None:
        document = STOPS.insert(stop("Moab", 2))
        self.assertEqual((document.revision, STOPS.get(document.id)), (1, document))
        document.body.nights = 3
        replaced = STOPS.replace(document)
        self.assertEqual((replaced.revision, replaced.body.nights), (2, 3))
        with self.assertRaises(Conflict):
            STOPS.replace(document)
        self.assertTrue(STOPS.delete(document.id))
        self.assertFalse(STOPS.delete(document.id))
        with self.assertRaises(NotFound):
            STOPS.get(document.id)
        with self.assertRaises(NotFound):
            STOPS.replace(document)

    def test_an_id_is_taken_once(self) -> None:
        first, is_new = STOPS.insert_once("x", stop("Moab", 2))
        self.assertTrue(is_new)
        self.assertEqual(STOPS.insert_once("x", stop("Moab", 5)), (first, False))
        with self.assertRaises(Conflict):
            STOPS.insert(stop("Moab", 2), "x")
        with self.assertRaises(Invalid):
            STOPS.insert(stop("Moab", 2), "é" * 65)

    def test_questions_are_answered_in_parts_and_figures(self) -> None:
        for city, nights in [("Moab", 2), ("Zion", 1), ("Moab", 4), ("Bend", 3)]:
            STOPS.insert(stop(city, nights))

        def nights(page: Page[Stop]) -> list[int]:
            return [document.body.nights for document in page.documents]

        query = STOPS.query().at_least("nights", 2).order_by("place.city").order_by("nights", descending=True)
        first = query.page(2)
        self.assertEqual(nights(first), [3, 4])
        second = query.page(2, first.next)
        self.assertEqual((nights(second), second.next), ([2], None))
        self.assertEqual(nights(STOPS.query().newest_first().page(1)), [3])
        self.assertEqual(STOPS.query().equal("place.city", "Moab").sum("nights"), 6)
        self.assertEqual(STOPS.query().equal("place.city", "Nome").sum("nights"), 0)
        self.assertEqual(STOPS.query().where("place.city", "contains", "O").count(), 3)
        self.assertEqual(STOPS.query().where("place.city", "!=", "Moab").count(), 2)
        self.assertEqual(STOPS.query().where("nights", "<", "3").count(), 0)
        groups = STOPS.query().aggregate("max", "nights", "place.city")
        self.assertEqual(groups, [Group("Bend", 3, 1), Group("Moab", 4, 2), Group("Zion", 1, 1)])

    def test_what_is_no_question_is_refused(self) -> None:
        with self.assertRaises(Invalid):
            STOPS.query().page(0)
        with self.assertRaises(Invalid):
            STOPS.query().page(1, "of another list")
        with self.assertRaises(Invalid):
            STOPS.query().equal("nights", 2**70)
        with self.assertRaises(Mistake):
            STOPS.query().where("nights", "~", 1)
        with self.assertRaises(Mistake):
            Collection.of_user("Stops!")

    def test_users_are_kept_apart_and_share_what_is_shared(self) -> None:
        shared = Collection.shared("stops", Stop)
        STOPS.insert(stop("Moab", 2))
        shared.insert(stop("Zion", 1))
        testing.act_for("bob")
        self.assertEqual((STOPS.query().count(), shared.query().count()), (0, 1))
        testing.act_for(None)
        with self.assertRaises(Denied):
            STOPS.query().count()
        self.assertEqual(shared.query().count(), 1)

    def test_documents_of_another_form_are_the_plugins_fault(self) -> None:
        anything = Collection.of_user("stops")
        found = anything.insert({"place": "Moab", "__proto__": 1})
        self.assertEqual(found.body, {"place": "Moab", "__proto__": 1})
        with self.assertRaises(Internal):
            STOPS.get(found.id)

    def test_amounts_are_compared_in_hundredths(self) -> None:
        spent = Collection.of_user("spent")
        spent.insert({"amount": Amount.parse("12.50").minor})
        self.assertEqual(spent.query().at_least("amount", Amount(1200)).sum("amount"), 1250)

    def test_documents_that_nobody_asked_for_are_not_there(self) -> None:
        plugin(id="x", version="0.1.0", name="X", summary="X.", needs=[Need.http("To look.", "example.com")])
        with self.assertRaises(Internal) as raised:
            STOPS.query().count()
        self.assertIn("Need.documents", str(raised.exception.__cause__))

    def test_a_page_is_a_listing(self) -> None:
        STOPS.insert(stop("Moab", 2))
        STOPS.insert(stop("Zion", 1))
        listing = STOPS.query().page(1).listing(lambda document: document.body.place.city)
        self.assertEqual((listing.data, listing.has_more), (["Moab"], True))
        self.assertIsNotNone(listing.next_cursor)
