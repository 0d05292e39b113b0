"""From a draft to a decision: applying, documents, review, approval."""
