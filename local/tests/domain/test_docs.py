"""Are the generated pages what the code says, and is it told when they are not?"""

import json
import re
from typing import Any

import pytest

from chassis.config import Settings, read_settings
from contracts.message import CATALOGUE, QUESTIONS
from local import docs, docs_journey, docs_messages, docs_settings

pytestmark = pytest.mark.filterwarnings("ignore:Multiple schemas resolved")  # apispec numbers them
PLACED = "contracts/schemas/orders.placed.v1.json"


@pytest.fixture(scope="module")
def made():
    return docs.pages()


@pytest.fixture
def root(tmp_path, made):
    """A tree in which every page is as it should be."""
    docs.write(tmp_path, made)
    return tmp_path


def edit(path: Any, change: Any) -> None:
    schema = json.loads(path.read_bytes())
    change(schema["$defs"]["OrderPlaced"])
    path.write_text(json.dumps(schema))


def everything(root: Any) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_generated_pages_are_what_the_code_says_else_run_make_docs(capsys):
    assert docs.main(["--check"]) == 0, capsys.readouterr().out


def test_pages_that_were_just_written_are_up_to_date(root):
    assert docs.main(["--check"], root) == 0


def test_a_page_that_is_old_missing_or_left_over_is_named_and_nothing_is_written(root, capsys):
    (root / "docs/messages.md").write_text("# Messages of yesterday")
    (root / "docs/settings.md").unlink()
    before = everything(root)

    assert docs.main(["--check"], root) == 1

    told = capsys.readouterr().out
    assert "docs/messages.md is out of date" in told
    assert "docs/settings.md is missing" in told
    assert "Run `make docs`." in told
    assert everything(root) == before


def test_a_second_run_changes_what_is_old_and_nothing_else(root, made):
    (root / "docs/messages.md").write_text("# Messages of yesterday")

    assert docs.main([], root) == 0

    assert {path: (root / path).read_bytes() for path in made} == made


def test_a_new_field_with_a_default_is_only_told_to_be_out_of_date(root, capsys):
    edit(root / PLACED, lambda told: told["properties"].pop("number"))
    edit(root / PLACED, lambda told: told["required"].remove("number"))
    with_default = dict(docs.pages())
    schema = json.loads(with_default[PLACED])
    schema["$defs"]["OrderPlaced"]["properties"]["number"]["default"] = 0
    schema["$defs"]["OrderPlaced"]["required"].remove("number")
    with_default[PLACED] = json.dumps(schema).encode()

    assert docs.broken(root, with_default) == []
    assert docs.outdated(root, with_default) == [f"{PLACED} is out of date"]


def test_a_break_is_named_by_check_and_not_written_over(root, capsys):
    edit(root / PLACED, lambda told: told["properties"].update(was_there={"type": "string"}))
    before = everything(root)

    assert docs.main(["--check"], root) == 1
    assert docs.main([], root) == 1

    assert capsys.readouterr().out.count(f"{PLACED}: was_there: the field was removed") == 2
    assert everything(root) == before


def test_a_renamed_message_is_a_break(root, capsys):
    (root / PLACED).rename(root / "contracts/schemas/orders.taken.v1.json")

    assert docs.main([], root) == 1

    assert "orders.taken.v1.json: it is not declared any more" in capsys.readouterr().out


def test_while_nothing_has_been_released_breaks_can_be_accepted(root, made):
    edit(root / PLACED, lambda told: told["properties"].update(was_there={"type": "string"}))
    (root / "contracts/schemas/orders.taken.v1.json").write_text("{}")

    assert docs.main(["--accept-breaks"], root) == 0

    assert (root / PLACED).read_bytes() == made[PLACED]
    assert not (root / "contracts/schemas/orders.taken.v1.json").exists()


def test_a_message_that_nobody_wrote_an_example_for_is_named():
    assert docs.without_example() == []
    assert docs.without_example(["orders.placed.v1", "orders.taken.v1"]) == [
        "contracts/examples/orders.taken.v1.json"
    ]


def test_an_unknown_word_is_answered_with_those_that_are_known(root, capsys):
    assert docs.main(["--chekc"], root) == 2
    assert "--check" in capsys.readouterr().out


def test_every_message_and_question_stands_on_its_page_once(made):
    page = made["docs/messages.md"].decode()

    for message in CATALOGUE.values():
        assert page.count(f"\n#### {message.__name__}\n") == 1, message.wire
    for name in QUESTIONS:
        assert len(re.findall(rf"\| (?:question|request) `{re.escape(name)}` \|", page)) == 1


def test_every_type_that_is_named_on_the_page_is_explained_there(made):
    page = made["docs/messages.md"].decode()
    _, _, values = page.partition("\n## Values\n")
    explained = set(re.findall(r"\n### (\w+)\n", values)) | set(re.findall(r"\n\| `(\w+)`", values))
    types = re.findall(r"\n\| `\w+` \| (.*?) \|", page)
    asked = re.findall(r"\n\| (?:question|request) .*? \| (.*?) \|\n", page)
    named = {name for row in types + asked for name in re.findall(r"`([A-Z]\w+)`", row)}

    assert len(named) > 100
    assert named - explained == set()


def test_every_step_of_every_saga_has_a_line_and_a_box(made):
    page = made["docs/order-journey.md"].decode()
    for service, saga in docs_journey.sagas():
        _, _, told = page.partition(f"### The {saga.name} journey")
        assert told, (service, saga.name)
        for step in saga.steps:
            assert f'do_{step.name}["<b>{step.name}</b>' in told
            assert f"| **{step.name}**" in told


def test_no_arrow_of_a_diagram_leads_to_a_box_that_is_not_there_and_all_can_be_reached():
    for _, saga in docs_journey.sagas():
        lines = list(docs_journey.diagram(saga))
        boxes = {m[1] for line in lines if (m := re.match(r"\s+(\w+)[\[({]", line))}
        arrows = [m.groups() for line in lines if (m := re.match(ARROW, line))]
        reached, todo = {"begin"}, ["begin"]
        while todo:
            here = todo.pop()
            new = {to for start, to in arrows if start == here} - reached
            reached |= new
            todo += new

        assert {box for arrow in arrows for box in arrow} <= boxes, saga.name
        assert boxes <= reached, saga.name


ARROW = r"\s+(\w+)(?:\(\[\w+\]\))? -\.?->(?:\|.*?\|)? (\w+)"


def test_a_refusal_before_the_pivot_gives_back_what_was_taken_above_and_not_more():
    order = next(saga for _, saga in docs_journey.sagas() if saga.name == "order")
    drawn = list(docs_journey.diagram(order))

    assert '    do_stock -.->|"StockShort"| compensated' in drawn
    assert '    do_payment -.->|"PaymentFailed"| undo_stock' in drawn
    assert '    do_payment -.->|"no answer"| undo_payment' in drawn
    assert '    undo_payment -.->|"PaymentVoided"| undo_stock' in drawn
    assert '    do_routing -.->|"RoutingFailed"| person' in drawn


def test_behind_the_final_step_a_person_cannot_turn_back():
    sending = next(saga for _, saga in docs_journey.sagas() if saga.name == "fulfillment")
    drawn = list(docs_journey.diagram(sending))

    assert '    do_label -.->|"LabelFailed"| person' in drawn
    assert '    do_capture -.->|"CaptureFailed"| late' in drawn
    assert not any(re.match(r"\s+late -", line) for line in drawn)


def test_the_example_environment_sets_what_holds_without_it():
    lines = re.findall(r"^#([A-Z_]+)=(.*)$", docs_settings.env_example(), re.MULTILINE)

    assert read_settings(dict(lines)) == Settings()
    assert {name.lower() for name, _ in lines} == set(Settings.__dataclass_fields__)


def test_the_page_of_settings_names_each_with_what_it_is():
    page = docs_settings.page()

    for name, setting in Settings.__dataclass_fields__.items():
        assert f"| `{name.upper()}` | {setting.metadata['about']} |" in page


def test_who_wants_a_page_of_messages_gets_the_same_each_time():
    assert docs_messages.page() == docs_messages.page()


def test_every_name_in_the_glossary_is_a_name_in_the_code():
    rows = (docs.ROOT / "docs/glossary.md").read_text().splitlines()
    cells = [row.split("|")[2] for row in rows if row.startswith("| ") and row.count("|") > 4]
    names = {name for cell in cells for name in re.findall(r"`@?(\w+)(?:\(\))?`", cell)}
    code = {
        word
        for part in ("contracts", "chassis", "services", "gateway")
        for path in (docs.ROOT / part).rglob("*.py")
        for word in re.findall(r"\w+", path.read_text())
    }

    assert len(names) > 80
    assert names - code == set()
