def collect(event, context):
    return {"collected": len(event), "revision": 1}


def report(event, context):
    return {"report": sorted(event, reverse=True)}
