"""The commands of the prompt: their names, what follows them, and what /help says of them."""

COMMANDS = (
    ("/sources", "where the last answer stands, and what else came near"),
    ("/open N", "passage N of those, in its place in the article"),
    ("/open N edit", "the same in your editor (EDITOR), at the line"),
    ("/more", "the next answers to the last question"),
    ("/only ARTICLE", "ask one article, by title or path; alone: all again"),
    ("/why", "how the last question was understood"),
    ("/fresh", "forget what was said; the next question stands alone"),
    ("/undo", "take the last question back, and the label it got"),
    ("/good [N]", "the last reply is right; with a number, that answer is"),
    ("/wrong", "it is not; then say what is right: /good N or /answer"),
    ("/answer TEXT", "TEXT from an article is right; none: they do not say"),
    ("/label FILE", "keep what these say in FILE, a set for qa eval"),
    ("/save FILE", "write the conversation as Markdown; /save! overwrites"),
    ("/resume [N]", "list earlier conversations; with a number, go on in one"),
    ("/help", "this"),
    ("/quit", "leave (so does Ctrl-D); Ctrl-C drops what you type"),
)
"""As they are typed, and what they do."""

NAMES = tuple(dict.fromkeys(usage.split()[0] for usage, _ in COMMANDS))

HELP = "Ask a question, or:\n" + "".join(f"  {usage:13}  {says}\n" for usage, says in COMMANDS)
