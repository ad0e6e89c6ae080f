def collect(event, context):
    return {"collected": len(event)}


def report(event, context):
    return {"report": sorted(event)}
