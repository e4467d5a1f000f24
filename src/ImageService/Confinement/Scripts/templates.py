"""Renders the templates of a recipe in place: /recipe, /values.json. Says in one line what is wrong, and ends with 2."""
import json
import os
import stat
import sys

import yaml
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

MARKER = "/recipe/.ims_recipe_template.yaml"


def fail(message):
    print(message)
    sys.exit(2)


with open("/values.json", encoding="utf-8") as file:
    values = json.load(file)
if not os.path.lexists(MARKER):
    print("(warning) The recipe has values for templates, and no .ims_recipe_template.yaml that lists any" if values else "The recipe has no templates")
    sys.exit(0)
if not values:
    fail("the recipe has templates (.ims_recipe_template.yaml), and no values for them (template_dictionary)")
try:
    with open(MARKER, encoding="utf-8") as file:
        listed = (yaml.safe_load(file) or {})["template_files"]
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        raise TypeError
except (yaml.YAMLError, KeyError, TypeError, OSError, UnicodeDecodeError):
    fail(".ims_recipe_template.yaml is no list of files; expected: template_files: [config.xml]")
environment = SandboxedEnvironment(keep_trailing_newline=True)
for name in listed:
    path = os.path.realpath(os.path.join("/recipe", name))
    if not path.startswith("/recipe/"):
        fail(f"the template {name} is outside of the recipe")
    if not os.path.isfile(path):
        fail(f"the template {name} is not there")
    try:
        with open(path, encoding="utf-8", newline="") as file:
            text = environment.from_string(file.read()).render(values)
    except (TemplateError, UnicodeDecodeError) as error:
        fail(f"the template {name} cannot be rendered: {error}")
    mode = stat.S_IMODE(os.stat(path).st_mode)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    os.chmod(path, mode)
    print(f"Rendered {name}")
