"""The background worker: takes loan events to the credit histories, and portfolio snapshots for the dashboard.

1. Every second: each MFI's outbox is relayed to MongoDB; while that is away the wait doubles up to half a minute.
2. Every five seconds: messages that are due leave. Every minute: each MFI's snapshot is taken anew.
3. Every hour: sessions that have run out are removed, in every schema; business days that are over are ended, and
   after the last of them the books are verified; reminders are queued, and corrections of other
   lenders told; months that are over are taken to the credit histories, and what is past its time there is removed;
   tables are compared with the other nodes'.
With several nodes, every second: schemas, publication and streams are brought in order (docs/cluster.md), and loan
events that arrived from other nodes are folded.
A database that is away is waited for; nothing is lost, as everything to do stands in it.
"""
