'use strict';

module.exports.greeting = 'Hello';
