'use strict';

module.exports.cleanUp = async ({ deep = false, olderThanDays = 365 }) => ({ deep, olderThanDays });
module.exports.report = async ({ audience }) => `a report for ${audience}, with figures`;
