'use strict';

module.exports.cleanUp = async ({ deep = false }) => ({ deep });
module.exports.report = async ({ audience }) => `a report for ${audience}`;
module.exports.warmUp = async () => 'warm';
