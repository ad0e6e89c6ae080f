'use strict';

module.exports.follow = async ({ Records }) => Records.map(({ eventName }) => eventName);
module.exports.count = async ({ Records, state }) => ({ state: { seen: (state.seen ?? 0) + Records.length } });
