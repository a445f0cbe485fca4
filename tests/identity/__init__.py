"""Who sees a document, and which one it is: nothing that the document itself says decides it."""
