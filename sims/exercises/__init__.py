"""The lesson's exercises: questions, coding tasks, and a starter file for each task that runs without this app.

Nothing here is imported by the app but the texts: a starter is read, shown and downloaded, never run on the server.
"""
