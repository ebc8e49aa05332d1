"""The people of the story, played through the HTTP interface: an officer decides, a citizen looks and pays."""

import time
from typing import Any

from deploy.demo.cast import Cast, Vehicle
from deploy.demo.client import RegionClient
from deploy.demo.errors import DemoError
from deploy.demo.report import Report
from deploy.demo.screen import Screen
from deploy.demo.stage import Stage
from deploy.demo.watch import Row, Watch

_DOCUMENT_S = 30.0


class Justice:
    """Officer and citizen of the reading region."""

    def __init__(self, stage: Stage, cast: Cast, watch: Watch, screen: Screen, report: Report) -> None:
        self._stage = stage
        self._cast = cast
        self._watch = watch
        self._screen = screen
        self._report = report

    def play(self) -> None:
        """Decide every case that waits; let the owner of each fined vehicle pay."""
        if not self._cast.is_own_story:
            waiting = sum(case["state"] == "under_review" for case in self._watch.cases.values())
            self._screen.note(f"{waiting} cases wait for an officer: nobody decides them unattended")
            return
        self._screen.phase("the officer looks at the cases")
        for case in list(self._watch.cases.values()):
            if case["state"] == "under_review":
                self._decide(case)
        self._screen.phase("citizens look at their decrees and pay")
        for plate in sorted({self._watch.cases[case]["plate"]["plate"] for case in self._report.violations}):
            vehicle = self._cast.vehicle(plate)
            if vehicle is not None:
                self._pay(vehicle)

    def _decide(self, case: Row) -> None:
        path = f"/v1/cases/{case['case_id']}"
        file = self._watch.officer.get(path)
        plate, rule = case["plate"]["plate"], case["rule"]
        for item in file["case"]["manifest"]["items"]:
            self._watch.officer.read(f"{path}/evidence/{item['path']}")
        vehicle = self._cast.vehicle(plate)
        if vehicle is None or rule not in vehicle.violations:
            reason = (
                "the vehicle in the pictures did nothing of the kind" if vehicle else "no such vehicle in the scene"
            )
            self._watch.officer.post(f"{path}/rejection", {"reason": reason})
            self._report.rejected_cases.append(case["case_id"])
            self._screen.note(f"officer: {plate} {rule} [bold]rejected[/]: {reason}")
            return
        issued = self._watch.officer.post(f"{path}/approval")
        self._report.violations.append(case["case_id"])
        self._report.decrees.append(issued["decree_id"])
        amount = f"{issued['amount_minor'] / 100:.2f} {issued['currency']}"
        self._screen.note(f"officer: {plate} {rule} approved; decree {issued['number']}, {amount}")

    def _pay(self, vehicle: Vehicle) -> None:
        citizen = RegionClient(self._stage.reader.url).look_up(vehicle.plate, vehicle.certificate_number)
        try:
            for decree in citizen.get("/v1/citizen/decrees"):
                self._pay_decree(citizen, decree)
        finally:
            citizen.close()

    def _pay_decree(self, citizen: RegionClient, decree: dict[str, Any]) -> None:
        path = f"/v1/citizen/decrees/{decree['decree_id']}"
        for item in decree["evidence"]:
            citizen.read(f"{path}/evidence/{item['path']}")
        self._read_document(citizen, path)
        order = citizen.post(f"{path}/payments")
        citizen.post(f"/v1/sandbox/payments/{order['payment_id']}/confirmation")
        state = citizen.get(path)["state"]
        if state != "paid":
            raise DemoError(f"decree {decree['number']} is {state} after its payment", code="demo.payment")
        self._report.payments.append(order["payment_id"])
        amount = f"{order['amount_minor'] / 100:.2f} {order['currency']}"
        self._screen.note(f"citizen: decree {decree['number']} paid, {amount}, reference {order['reference']}")

    def _read_document(self, citizen: RegionClient, path: str) -> None:
        deadline = time.monotonic() + _DOCUMENT_S
        while not citizen.get(path)["is_document_ready"]:
            if time.monotonic() > deadline:
                raise DemoError("the decree's document was not made", hint="read the worker's log", code="demo.timeout")
            time.sleep(0.3)
        if not citizen.read(f"{path}/document").startswith(b"%PDF"):
            raise DemoError("the decree's document is no PDF", code="demo.document")
