"""Information that comes in files: moral assessment, physical examination, scores, bonus points, plans (R21, R32).

One way for all of it: a file is read, each of its lines is checked and staged (services/staging.py), an office applies
what is good, a job writes it chunk after chunk (services/applying.py, on the batches of registrations), and the whole
can be taken back in the same way.

To add a kind of information:

1. Describe it in `data/<province>/<year>/imports.json`: key, title, who may import it (`by`), its columns, by what a
   person is found (`found_by`), when (`after`, `until`: phases), and what it `writes`. With `"writes": "fact"` this is
   all: the values are kept as an `ImportedFact`, shown with their source on the person's pages.
2. Where the values belong to a mechanism of their own, write one `Writer` (writers.py says of what shape) in
   `services/`, enter it in `services/applying.WRITERS` under the word that the kind `writes`, and nothing else.
"""
