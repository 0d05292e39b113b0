"""The background worker: takes loan events to the credit histories, lets messages leave, ends days, and takes figures.

It asks no MFI whether there is something to do. A trigger notes in the public schema that something waits in a schema
(`apps/mfis/work`, `letsema_note`), and each kind of job of each MFI has a row that says when it is due. So a round with
nothing to do is one query, however many MFIs there are. Its lanes run side by side, each with its own connection:

1. *notes*, every half a second: schemas that something waits in are taken up; what arrived from other nodes is folded,
   a part of the outbox relayed, and what is due sent. The notes that were read are deleted after that.
2. *jobs*, twice, so that one MFI's long day end keeps no other's waiting: day ends and the verification of the books,
   reminders, months and retention of the histories, soon after midnight and spread over an hour; figures and reminders
   also some time after something has happened; tidying. What fails is tried again after 1, 5, 30, 120 and 360 minutes,
   and shown from the third time.
3. *imports*, twice: the spreadsheets that people have sent, rehearsed, written and taken back, and those that they wait
   for; a lane of its own, so that 100,000 rows keep no day end waiting.
4. *watch*: whether MongoDB answers, every ten seconds; while it is away every two. Once it is back, what waits is
   noted.
5. *node*, where there are several, every second: schemas, publication and streams are brought in order
   (docs/cluster.md).

Each schema is held by a lock of the session and its lane, so that any number of workers share the MFIs. A worker that
is killed leaves its notes and jobs as they were, and what it did is done again, which all of it bears. A database that
is away is waited for. Once an hour a sweep looks in every schema for what no note tells of.
"""
