"""What was acknowledged, and whether it is found again: by reading every line of the branch, without the program."""

import io
import json
import subprocess
import tarfile

RANK = {"pending": 0, "in_progress": 1, "completed": 2}


class Said:
    """What one session said and was told that it is saved."""

    def __init__(self, session):
        self.session = session
        # Of each of its words the last status; `dropped` where it left an entry out.
        self.last = {}
        # Whether something was said of which nobody knows if it was saved.
        self.is_unsure = False

    def acknowledged(self, events):
        """The list as it is now was saved."""
        now = {item["words"]: item["status"] for item in self.session.items}
        for words in self.last:
            # What is left out is not wanted any more; what was completed stays so.
            if words not in now and self.last[words] != "completed":
                now[words] = "dropped"
        for words, status in now.items():
            if self.last.get(words) != status:
                events.append((self.session.name, words, status))
                self.last[words] = status
        self.is_unsure = False


def lines(machine):
    """Every line of every list of the branch, by its words. Lines of one todo in several lists are joined as rule 2 says."""
    done = machine.world.run(["git", "rev-parse", "-q", "--verify", "refs/heads/consolidated"], machine.environment(), machine.store)
    if not done.ok:
        return {}
    packed = subprocess.run(["git", "archive", "refs/heads/consolidated"], env=machine.environment(), cwd=machine.store,
                            capture_output=True, check=True)
    found = {}
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as tree:
        for member in tree.getmembers():
            if not (member.isfile() and member.name.startswith("projects/")):
                continue
            for line in json.load(tree.extractfile(member)):
                known = found.setdefault(line["content"], {})
                for session, claim in line["claims"].items():
                    if session not in known or greatness(known[session]) < greatness(claim):
                        known[session] = claim
    return found


def greatness(claim):
    is_completed = claim["status"] == "completed"
    return (claim.get("epoch", 0), is_completed, claim["at"], RANK[claim["status"]], not claim.get("dropped", False))


def winner(claims):
    """The status of a todo, as rule 3 says."""
    def order(entry):
        session, claim = entry
        return (claim.get("epoch", 0), not claim.get("dropped", False), RANK[claim["status"]], claim["at"], session)

    claim = max(claims.items(), key=order)[1]
    return "dropped" if claim.get("dropped") else claim["status"]


def missing(found, everything, gone):
    """What was acknowledged and is not in these lines, but for what was forgotten: brute force over all that was ever said."""
    wrong = []
    for said in everything:
        for words, status in said.last.items():
            claims = found.get(words)
            if words in gone:
                continue
            if claims is None:
                wrong.append(f"{said.session.name} said '{words}': {status}, and nobody knows the words")
                continue
            # A session that went on under another name has that one's name at its beginning.
            own = [claim for session, claim in claims.items() if session.startswith(said.session.name)]
            if not own:
                wrong.append(f"{said.session.name} said '{words}': {status}, and there are only {claims}")
                continue
            claim = max(own, key=greatness)
            if said.is_unsure or status == "completed" and claim["status"] == "completed":
                continue
            told = "dropped" if claim.get("dropped") else claim["status"]
            if told != status:
                wrong.append(f"{said.session.name} said '{words}': {status}, and it is {claim}")
    return wrong


def untold(log, events, gone):
    """Statements of which the history has no event, but for those of what was forgotten."""
    told = {(event["session"], event["content"], event["status"]) for event in log}
    names = {}
    for session, words, status in told:
        names.setdefault((words, status), set()).add(session)
    return [event for event in events
            if event[1] not in gone and not any(name.startswith(event[0]) for name in names.get((event[1], event[2]), ()))]
