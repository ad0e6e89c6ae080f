'use strict';

module.exports.wash = async () => ({ clean: process.env.SOAP });
module.exports.dry = async () => ({ dry: true });
