'use strict';

module.exports.collect = async ({ day }) => ({ day, orders: 3 });
module.exports.report = async ({ orders }) => ({ text: `${orders} orders` });
