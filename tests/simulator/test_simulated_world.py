"""People, clock, the kept state and starting up."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import requests

from simulator.server import Server
from simulator.settings import PROJECT_ROOT, Arguments, SettingsError, load

ENVIRONMENT = {"TWILIO_ACCOUNT_SID": "AC" + "5" * 32, "TWILIO_AUTH_TOKEN": "new,old", "BAHI_HOME": "/tmp/x"}


def test_people_come_from_the_file_as_soon_as_it_is_written(phone, settings):
    assert phone.get("/__/people")["people"] == []
    row = {"phone": "+919810000009", "name": "Gupta Stores", "business_number": "+918000000002"}
    settings.people_path.write_text(json.dumps([row]))
    (person,) = phone.get("/__/people")["people"]
    assert (person["name"], person["chat"]) == ("Gupta Stores", "919810000009-918000000002")
    assert phone.rest(From="whatsapp:+918000000002", Body="hi").status_code == 201


def test_a_row_that_is_no_person_is_left_out_and_the_rest_stays(phone, settings):
    good = {"phone": "+919810000009", "name": "Gupta Stores"}
    settings.people_path.write_text(json.dumps([{"phone": "nobody"}, good, "text"]))
    assert [person["name"] for person in phone.get("/__/people")["people"]] == ["Gupta Stores"]


def test_a_number_can_be_added_with_spaces_and_without_plus(phone):
    added = phone.post("/__/people", {"phone": "91 98100-00007", "name": "Verma"}).json()
    assert added["phone"] == "+919810000007"
    assert phone.post("/__/people", {"phone": "98200 00005"}).json()["phone"] == "+919820000005"
    assert phone.post("/__/people", {"phone": "hello"}).status_code == 400


def test_a_stranger_the_app_writes_to_appears_among_the_people(phone):
    phone.rest(To="whatsapp:+919999999999", Body="hi")
    assert [person["phone"] for person in phone.get("/__/people")["people"]] == ["+919999999999"]


def test_the_clock_is_moved_by_the_apps_own_command_and_read_from_its_file(phone, settings):
    assert phone.post("/__/clock", {"advance": "hour"}).json()["offset_seconds"] == 3600
    assert phone.post("/__/clock", {"set": "2026-12-01T10:30"}).status_code == 200
    assert phone.post("/__/clock", {"reset": True}).json()["offset_seconds"] == 0
    assert (settings.home / "clock-commands").read_text().splitlines() == [
        "clock advance 1 hour",
        "clock set 2026-12-01T10:30:00+05:30",
        "clock reset",
    ]


def test_a_half_written_clock_file_is_read_again_even_within_one_tick(phone, settings):
    settings.clock_path.write_text('{"offset_seconds": 60}')
    assert phone.get("/__/clock")["offset_seconds"] == 60
    settings.clock_path.write_text("")
    stamp = settings.clock_path.stat().st_mtime_ns
    assert phone.get("/__/clock")["offset_seconds"] == 60
    settings.clock_path.write_text('{"offset_seconds": 86400}')
    os.utime(settings.clock_path, ns=(stamp, stamp))
    assert phone.get("/__/clock")["offset_seconds"] == 86400


def test_a_clock_command_that_fails_says_why(phone):
    refused = phone.post("/__/clock", {"advance": "5 parsecs"})
    assert (refused.status_code, refused.json()["error"]) == (400, "cannot do that")
    assert phone.post("/__/clock", {"advance": "-1 day"}).status_code == 400


def test_a_restart_keeps_the_chats_the_templates_and_the_window(phone, settings):
    phone.say("hi")
    sid = phone.content("due", {"twilio/text": {"body": "Hello there."}})
    phone.server.world.state.save()
    again = Server(settings, 0)
    again.start()
    try:
        state = again.world.state
        assert [message.body for message in state.all_messages()] == ["hi"]
        assert state.contents[sid]["approval"]["status"] == "approved"
        assert state.last_inbound_at
    finally:
        again.stop()


def test_a_state_file_that_cannot_be_read_is_put_aside_not_fatal(settings):
    settings.state_path.write_text("{half")
    server = Server(settings, 0)
    server.start()
    server.stop()
    assert settings.state_path.with_name("simulator.json.unreadable").read_text() == "{half"


def test_reset_clears_chats_and_faults_but_keeps_templates(phone):
    phone.say("hi")
    sid = phone.content("due", {"twilio/text": {"body": "Hello there."}})
    phone.post("/__/faults", {"drop_callbacks": True})
    assert phone.post("/__/reset", {}).status_code == 200
    assert phone.get("/__/people")["people"] == []
    assert phone.get("/__/faults")["drop_callbacks"] is False
    assert sid in phone.server.world.state.contents


def test_it_refuses_to_start_in_production():
    with pytest.raises(SettingsError):
        load(Arguments(app_url="http://127.0.0.1:8000"), {**ENVIRONMENT, "BAHI_ENV": "production"})


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"])
def test_it_refuses_to_start_without_an_account_or_a_token(missing):
    environment = {name: value for name, value in ENVIRONMENT.items() if name != missing}
    with pytest.raises(SettingsError):
        load(Arguments(app_url="http://127.0.0.1:8000"), environment)


def test_a_public_address_leads_to_the_app_on_this_machine():
    environment = {**ENVIRONMENT, "PUBLIC_BASE_URL": "https://shop.example"}
    settings = load(Arguments(app_url="http://127.0.0.1:8000/"), environment)
    assert settings.reachable("https://shop.example/i/1.pdf") == "http://127.0.0.1:8000/i/1.pdf"
    assert settings.reachable("https://shop.example.evil/x") == "https://shop.example.evil/x"
    assert settings.signing_token == "new"


def test_the_process_starts_serves_and_stops_on_sigterm(tmp_path, free_port):
    environment = {**os.environ, **ENVIRONMENT, "BAHI_HOME": str(tmp_path), "BAHI_ENV": "test"}
    command = [sys.executable, "-m", "simulator", "--port", str(free_port)]
    process = subprocess.Popen(command, env=environment, cwd=PROJECT_ROOT, stderr=subprocess.DEVNULL)
    try:
        assert wait_until_served(f"http://127.0.0.1:{free_port}/") == 200
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_the_process_ends_with_3_in_production_and_7_on_a_busy_port(tmp_path, phone):
    environment = {**os.environ, **ENVIRONMENT, "BAHI_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "simulator", "--port", phone.url.rsplit(":", 1)[1]]
    for env, code in (("production", 3), ("test", 7)):
        variables = {**environment, "BAHI_ENV": env}
        done = subprocess.run(command, env=variables, cwd=PROJECT_ROOT, capture_output=True, check=False)
        assert done.returncode == code


def wait_until_served(url):
    end = time.monotonic() + 15
    while time.monotonic() < end:
        try:
            return requests.get(url, timeout=2).status_code
        except requests.exceptions.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("not served")
