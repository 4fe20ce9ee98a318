"""python main.py DOCUMENT FOLDER: makes models.py, inputs.py and _operations.py of the served document."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from document import Document, Schema
from methods import methods_of

HEADER = "# Made of the served document by `node scripts/run.mjs client-schema`.\n"
COMMON = [
    "--input-file-type=openapi",
    "--target-python-version=3.10",
    "--enum-field-as-literal=all",
    "--use-standard-collections",
    "--use-union-operator",
    "--use-schema-description",
    "--use-field-description",
    "--use-single-line-docstring",
    "--use-double-quotes",
    "--collapse-root-models",
    "--snake-case-field",
    "--disable-timestamp",
    "--formatters=builtin",
]
MODELS = [
    "--output-model-type=pydantic_v2.BaseModel",
    "--base-class=mneme_client._model.Model",
    "--output-datetime-class=AwareDatetime",
    "--use-annotated",
]
INPUTS = ["--output-model-type=typing.TypedDict", "--output-datetime-class=datetime", "--no-use-closed-typed-dict"]


def classes_of(schemas: dict[str, Schema], options: list[str]) -> str:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "mneme", "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "document.json"), Path(folder, "classes.py")
        source.write_text(json.dumps(document))
        generator = [sys.executable, "-m", "datamodel_code_generator"]
        subprocess.run([*generator, f"--input={source}", f"--output={target}", *COMMON, *options], check=True)
        lines = target.read_text().splitlines(keepends=True)
    body = "".join(line for line in lines if not line.startswith("#")).lstrip("\n")
    return HEADER + body


def main(source: str, target: str) -> None:
    document = Document(json.loads(Path(source).read_text()))
    answers = [answer["schema"] for made in document.operations for answer in made["answers"] if answer]
    bodies = [made["body"]["schema"] for made in document.operations if made["body"]]
    files = {
        "models.py": classes_of(document.reachable(answers), MODELS),
        "inputs.py": classes_of(document.reachable(bodies), INPUTS).replace(
            # A time may also be given as text.
            "[datetime", "[str | datetime"
        ).replace(": datetime", ": str | datetime"),
        "_operations.py": methods_of(document),
    }
    for name, text in files.items():
        Path(target, name).write_text(text)


main(*sys.argv[1:])
