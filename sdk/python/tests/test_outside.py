"""What a plugin reaches outside itself, and who calls it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from wheelhouse_sdk import (
    Amount,
    Denied,
    Internal,
    Invalid,
    NotFound,
    RateLimited,
    Unavailable,
    http,
    plugin,
    settings,
    testing,
)
from wheelhouse_sdk.http import HttpResponse

from .support import KitTest


@dataclass
class Settings:
    units: Literal["metric", "imperial"] = "metric"
    days: int = 3
    title: str = "Weather"


class Http(KitTest):
    URL = "https://api.example.com/x"

    def test_requests_are_put_together_and_answered_as_the_test_says(self) -> None:
        testing.answer_http(lambda request: testing.http_response(201, json={"was": request.method}, etag="1"))
        answer = http.post(
            f"{self.URL}?a=1", query={"place": "Moab, UT", "n": 2}, json={"a": 1}, bearer="k", timeout=2.5
        )
        self.assertEqual((answer.success().json(), answer.find_header("ETag")), ({"was": "POST"}, "1"))
        [sent] = testing.sent_http()
        self.assertEqual(sent.url, f"{self.URL}?a=1&place=Moab%2C%20UT&n=2")
        self.assertEqual((sent.method, sent.body, sent.timeout), ("POST", b'{"a":1}', 2_500))
        self.assertEqual(sent.headers, [("authorization", "Bearer k"), ("content-type", "application/json")])

    def test_without_an_answer_requests_are_denied_as_on_a_host_that_grants_none(self) -> None:
        with self.assertRaises(Denied):
            http.get(self.URL)

    def test_what_a_host_refuses_is_refused_here(self) -> None:
        testing.answer_http(lambda request: testing.http_response())
        for url in ["ftp://example.com", "https://", "https://me@example.com/", "https://example.com/#x", "/x"]:
            with self.subTest(url), self.assertRaises(Invalid):
                http.get(url)
        with self.assertRaises(Invalid):
            http.get(self.URL, headers={"Host": "example.com"})

    def test_what_is_no_success_is_a_failure_when_it_is_asked_for(self) -> None:
        for status, failure in [(404, NotFound), (429, RateLimited), (401, Unavailable), (500, Unavailable)]:
            testing.answer_http(lambda request: testing.http_response(status, retry_after="7"))
            answer = http.get(self.URL)
            self.assertEqual(answer.status, status)
            with self.assertRaises(failure) as raised:
                answer.success()
            self.assertEqual(getattr(raised.exception, "retry_after", 7), 7)

    def test_an_answer_that_is_no_json_is_the_servers_fault(self) -> None:
        testing.answer_http(lambda request: testing.http_response(body=b"\xff<html>"))
        for read in (HttpResponse.json, HttpResponse.text):
            with self.assertRaises(Unavailable):
                read(http.get(self.URL))


class Setting(KitTest):
    def test_settings_have_the_types_of_their_fields(self) -> None:
        self.assertEqual(settings.read(Settings), Settings())
        testing.set_settings(units="imperial", days=5, title="7", more=True)
        self.assertEqual(settings.read(Settings), Settings("imperial", 5, "7"))
        self.assertEqual((settings.get("more"), settings.get("none")), ("true", None))

    def test_a_setting_that_cannot_be_read_is_named_and_not_shown(self) -> None:
        testing.set_settings(days="hunter2")
        with self.assertRaises(Internal) as raised:
            settings.read(Settings)
        said = f"{raised.exception.message} {raised.exception.__cause__}"
        self.assertTrue("`days`" in said and "hunter2" not in said, said)

    def test_settings_that_nobody_asked_for_are_not_there(self) -> None:
        plugin(id="x", version="0.1.0", name="X", summary="X.")
        with self.assertRaises(Internal):
            settings.get("units")


class Calls(KitTest):
    def test_today_is_the_users_own(self) -> None:
        call = testing.call()
        self.assertEqual(call.today(), date(2026, 11, 22))
        self.assertEqual(call.now().isoformat(), "2026-11-22T18:03:00")

    def test_without_a_wall_clock_the_day_is_that_of_utc(self) -> None:
        received = datetime(1970, 1, 2, tzinfo=UTC).timestamp() * 1000
        self.assertEqual(testing.call(local_time="", received=int(received)).today(), date(1970, 1, 2))

    def test_a_call_that_no_user_made_has_none(self) -> None:
        self.assertEqual(testing.call().get_user().id, "ann")
        with self.assertRaises(Denied):
            testing.call(user=None).get_user()

    def test_ids_of_a_call_depend_on_request_purpose_and_content(self) -> None:
        call, other = testing.call(), testing.call(request_id="request-2")
        first = call.once("expense", {"amount": Amount(500)})
        self.assertEqual(first, call.once("expense", {"amount": Amount(500)}))
        self.assertNotEqual(first, call.once("expense", {"amount": Amount(501)}))
        self.assertNotEqual(first, call.once("budget", {"amount": Amount(500)}))
        self.assertNotEqual(first, other.once("expense", {"amount": Amount(500)}))
        self.assertLessEqual(len(first), 128)


class Money(KitTest):
    def test_amounts_are_read_exactly(self) -> None:
        for value, minor in [
            (85.50, 8_550),
            ("85.50", 8_550),
            (0.1, 10),
            (0.29, 29),
            (4.35, 435),
            (60, 6_000),
            (-3.07, -307),
            (999999999999.99, 99_999_999_999_999),
            (1_000_000_000_000, 100_000_000_000_000),
        ]:
            with self.subTest(value):
                self.assertEqual(Amount.parse(value).minor, minor)

    def test_every_amount_is_written_as_it_is_read(self) -> None:
        for minor in [*range(20_000), 99_999_999_999_999, 12_345_678_901_234]:
            self.assertEqual(Amount.parse(Amount(minor).to_json()).minor, minor)
        self.assertEqual(str(Amount(-5)), "-0.05")

    def test_what_is_no_amount_is_refused(self) -> None:
        for value in ["", "12.", ".5", "1,50", "NaN", "12 ", "١", True, [], None, float("nan")]:
            with self.subTest(value), self.assertRaisesRegex(ValueError, "an amount such as 12.50"):
                Amount.parse(value)
        with self.assertRaisesRegex(ValueError, "two decimal places"):
            Amount.parse(0.00001)
        for value in [1e300, 10**400, "1000000000000.01", float("inf")]:
            with self.subTest(value), self.assertRaisesRegex(ValueError, "at most 1000000000000"):
                Amount.parse(value)
