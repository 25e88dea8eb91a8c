"""What ``qa`` alone says: in three lines, where one stands and what to do first. Writes nothing."""

from pathlib import Path

from index import manifest as manifests
from index.errors import IndexDamaged, NothingIndexed
from qa.sanitise import name
from qa.show.places import shown_path

SEEDS = Path("seeds")
SHIPPED = "000_c708b5ca41c84679.txt"
"""The article, among those that ship, that answers the question below."""
QUESTION = "When did Chang'e-4 land on the far side of the Moon?"


def welcome(folder: Path) -> str:
    """Return the three lines, for the index that would be asked from here."""
    return f"{_state(folder)}\nAll commands: qa --help. When something does not work: qa doctor.\n"


def _state(folder: Path) -> str:
    place = name(shown_path(str(folder)))
    try:
        articles = manifests.read_newest_sound(folder)[0].articles
    except NothingIndexed:
        articles = 0
    except IndexDamaged:
        return f"The index in {place} cannot be read.\nSee what is wrong and what to do: qa doctor"
    if articles:
        many = "1 article is" if articles == 1 else f"{articles} articles are"
        return f'{many} indexed in {place}.\nAsk: qa ask "Who said so?", or stay and ask on: qa chat'
    if (SEEDS / SHIPPED).is_file():
        return f'Nothing is indexed here yet.\nTry it on the articles in ./seeds: qa ask "{QUESTION}"'
    if SEEDS.is_dir():
        return "Nothing is indexed here yet.\nIndex the articles in ./seeds first: qa index seeds"
    return "Nothing is indexed here yet.\nIndex the folder of your .txt and .md files first: qa index FOLDER"
