"""What may be done about an application: drafting, handing in, review and decision, documents."""
