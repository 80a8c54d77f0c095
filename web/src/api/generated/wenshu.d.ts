// Made by `npm run api` from the documents of our own server; not to be changed by hand.

export interface paths {
    "/wenshu/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The caller's sessions that are still good · 获取登录会话列表 */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        /** End all of the caller's sessions but this one · 退出其他所有会话 */
        delete: operations["endOtherSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wenshu/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one of the caller's sessions · 退出会话
         * @description Its access and refresh tokens are refused at once. The one of this request can be ended too.
         */
        delete: operations["endSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wenshu/v1/shared/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The models that everybody is offered · 获取共享模型列表 */
        get: operations["listSharedModels"];
        put?: never;
        /** Offer a model to everybody · 添加共享模型 */
        post: operations["addSharedModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wenshu/v1/shared/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change a shared model · 修改共享模型
         * @description What isn't sent stays. One of the server's configuration is changed there alone: 403.
         */
        put: operations["changeSharedModel"];
        post?: never;
        /**
         * Offer a model no longer · 删除共享模型
         * @description What it answered stays.
         */
        delete: operations["deleteSharedModel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wenshu/v1/shared/models/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a shared model, with a question of few tokens · 测试共享模型 */
        post: operations["testSharedModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wenshu/v1/shared/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The databases that everybody may ask · 获取共享数据库连接列表 */
        get: operations["listSharedConnections"];
        put?: never;
        /** Let everybody ask a database · 添加共享数据库连接 */
        post: operations["addSharedConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wenshu/v1/shared/connections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change a shared connection · 修改共享数据库连接
         * @description What isn't sent stays. The demo database can't be changed: 403.
         */
        put: operations["changeSharedConnection"];
        post?: never;
        /**
         * Let a database be asked no longer · 删除共享数据库连接
         * @description What was answered from it stays.
         */
        delete: operations["deleteSharedConnection"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wenshu/v1/shared/connections/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a shared connection · 测试共享数据库连接 */
        post: operations["testSharedConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wenshu/v1/codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Codes that were made, for admins · 获取兑换码列表（管理员） */
        get: operations["listCodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wenshu/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Answers, tokens and credits over time, for admins · 用量统计（管理员）
         * @description What was used stays counted when conversations or users are deleted. A run counts on the day on which it began.
         */
        get: operations["getUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wenshu/v1/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How much the caller may upload · 获取上传限额 */
        get: operations["getLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A code that gives credits, once. */
        Code: {
            code: string;
            /**
             * Format: int64
             * @description The credits that it gives.
             */
            amount: number;
            /** Format: date-time */
            made_at: string;
            /** @description What the user is called who redeemed it; `null`: nobody did, or the user is gone. */
            used_by?: string | null;
            /**
             * Format: date-time
             * @description When it was redeemed; `null`: not yet.
             */
            used_at?: string | null;
        };
        /** @description A part of the list. */
        Codes: {
            /** @description Newest first. */
            codes: components["schemas"]["Code"][];
            /**
             * Format: int64
             * @description How many there are in all.
             */
            total: number;
        };
        /**
         * @description Where a connection comes from: the server's demo database, which can't be changed, or this contract.
         * @enum {string}
         */
        ConnectionSource: "demo" | "stored";
        /** @description What came of a test. */
        ConnectionTest: {
            connected: boolean;
            version?: string | null;
            tables_count?: number | null;
            /** @description Whether the account could write. */
            writable?: boolean | null;
            message: string;
        };
        /**
         * @description How a database is spoken to: `mysql` also MariaDB, TiDB, Doris and StarRocks, `postgresql` also what speaks its protocol.
         * @enum {string}
         */
        Driver: "sqlite" | "mysql" | "postgresql" | "clickhouse";
        /** @description What came of ending sessions. */
        EndedSessions: {
            /**
             * Format: int64
             * @description How many were ended.
             */
            ended: number;
        };
        /** @description A field that breaks a rule. */
        FieldProblem: {
            /** @description Its name. */
            field: string;
            /** @description The rule, for people. */
            message: string;
        };
        /** @description How much the caller may upload. */
        Limits: {
            /**
             * Format: int64
             * @description The most bytes of a file that becomes a dataset.
             */
            dataset_file_bytes: number;
            /**
             * Format: int64
             * @description The most bytes that all datasets of the caller may take, as they are stored.
             */
            dataset_total_bytes: number;
            /**
             * Format: int64
             * @description The bytes that they take.
             */
            dataset_used_bytes: number;
        };
        /**
         * @description Where a model comes from: the server's configuration, where alone it can be changed, or this contract.
         * @enum {string}
         */
        ModelSource: "configuration" | "stored";
        /** @description What came of a test. */
        ModelTest: {
            success: boolean;
            /** Format: int64 */
            latency_ms: number;
            message: string;
            /** @description What failed: `unauthorized`, `unknown_model`, `unreachable`, …. */
            reason?: string | null;
            model: string;
        };
        /** @description A failure. */
        Problem: {
            /** @description Always `about:blank`: what happened is said by `code`. */
            type: string;
            /** @description What the status means. */
            title: string;
            /** Format: int32 */
            status: number;
            /** @description What happened, why, and what to do, for people. */
            detail: string;
            /** @description What programs decide by, in lower snake case. */
            code: string;
            /** @description What the log calls this request; absent where what came was none. */
            request_id?: string;
            /** @description Fields that break rules. */
            errors?: components["schemas"]["FieldProblem"][];
        };
        /**
         * @description Who offers a model.
         * @enum {string}
         */
        Provider: "openai" | "anthropic" | "ollama" | "deepseek" | "dashscope" | "gemini" | "openrouter" | "openai_compatible";
        /** @description A sign-in that is still good. */
        Session: {
            /** Format: uuid */
            id: string;
            /**
             * Format: date-time
             * @description When the sign-in was.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When its tokens were last given out, by the sign-in or a refresh.
             */
            last_used_at: string;
            /**
             * Format: date-time
             * @description When it ends unless its tokens are refreshed before.
             */
            expires_at: string;
            /** @description What signed in, in its own words; `null` where it said nothing. */
            user_agent?: string | null;
            /** @description Whether this request is of it. */
            is_current: boolean;
        };
        /** @description The list. */
        Sessions: {
            /** @description The one of this request first, then the newest. */
            sessions: components["schemas"]["Session"][];
        };
        /** @description A connection that everybody may ask. Its password is never shown. */
        SharedConnection: {
            /** Format: uuid */
            id: string;
            source: components["schemas"]["ConnectionSource"];
            name: string;
            driver: components["schemas"]["Driver"];
            host?: string | null;
            /** Format: int32 */
            port?: number | null;
            username?: string | null;
            password_configured: boolean;
            database: string;
            tls?: components["schemas"]["Tls"] | null;
            /** @description Whether the last test or question reached it; `null`: nobody tried yet. */
            is_connected?: boolean | null;
            /** Format: date-time */
            created_at: string;
        };
        /** @description A new connection, or what changes of one. */
        SharedConnectionBody: {
            /** @description What people call it. */
            name?: string;
            /** @description How it is spoken to. */
            driver?: components["schemas"]["Driver"];
            /** @description A host name or an address, without protocol, port or path. SQLite takes none; the others need one. */
            host?: string | null;
            /**
             * Format: int64
             * @description By default the driver's usual one. SQLite takes none.
             */
            port?: number | null;
            /** @description As whom; MySQL and PostgreSQL need it, SQLite takes none. */
            username?: string | null;
            /**
             * Format: password
             * @description With what; never answered. Absent in an edit it stays, `null` clears it.
             */
            password?: string | null;
            /** @description The database's name; for SQLite a file below one of the folders that the operator allows. */
            database?: string;
            tls?: components["schemas"]["Tls"] | null;
        };
        /** @description The list. */
        SharedConnections: {
            /** @description In the order in which they were made. */
            connections: components["schemas"]["SharedConnection"][];
        };
        /** @description A model that everybody may ask. Of its key nothing is shown but the end, and of one of the configuration nothing. */
        SharedModel: {
            /** Format: uuid */
            id: string;
            source: components["schemas"]["ModelSource"];
            name: string;
            provider: components["schemas"]["Provider"];
            model_id: string;
            /** @description `null`: its provider's usual address, or what the configuration says. */
            base_url?: string | null;
            api_key_configured: boolean;
            /** @description `…` and its last characters. */
            api_key_hint?: string | null;
            /**
             * Format: int32
             * @description The credits that a token of it costs.
             */
            multiplier: number;
            /** @description Whether there is no reason known why it couldn't answer. */
            is_available: boolean;
            /**
             * Format: date-time
             * @description `null` for one of the configuration.
             */
            created_at?: string | null;
        };
        /** @description A new model, or what changes of one. */
        SharedModelBody: {
            /** @description What people call it. */
            name?: string;
            /** @description Who offers it. */
            provider?: components["schemas"]["Provider"];
            /** @description What its provider calls it. */
            model_id?: string;
            /** @description Where it is, http(s), without query; by default, and when empty, the provider's usual address. `openai_compatible` needs it. */
            base_url?: string | null;
            /**
             * Format: password
             * @description What it is paid with; never answered. Absent in an edit it stays, `null` clears it.
             */
            api_key?: string | null;
            /**
             * Format: int64
             * @description The credits that a token of it costs; `null` for 1.
             * @default 1
             */
            multiplier?: number | null;
        };
        /** @description The list. */
        SharedModels: {
            /** @description Those of the configuration first, then in the order in which they were made. */
            models: components["schemas"]["SharedModel"][];
        };
        /**
         * @description Whether a connection is encrypted, and whether the server has to prove who it is. ClickHouse knows `disable`, `require` and
         *      `verify-full`.
         * @enum {string}
         */
        Tls: "disable" | "prefer" | "require" | "verify-full";
        /** @description What was used. */
        Usage: {
            /**
             * Format: date
             * @description The first day.
             */
            from: string;
            /**
             * Format: date
             * @description The last day.
             */
            to: string;
            by: components["schemas"]["UsageBy"];
            of: components["schemas"]["UsageOf"];
            /** @description By `start`, then by `key`. Where nothing happened there is no row. */
            rows: components["schemas"]["UsageRow"][];
        };
        /**
         * @description How long a time each row is about. Weeks begin on Mondays.
         * @enum {string}
         */
        UsageBy: "day" | "week" | "month";
        /**
         * @description What each row is about: everything, a model or a user.
         * @enum {string}
         */
        UsageOf: "all" | "model" | "user";
        /** @description What was used in a day, a week or a month. */
        UsageRow: {
            /**
             * Format: date
             * @description Its first day. Of a week or month that begins before `from` only the days from there are in it.
             */
            start: string;
            /**
             * @description What its provider calls the model, or what the user is called; `null` for everything together, for what no model did, and for users
             *     who are gone (all of them together).
             */
            key?: string | null;
            /**
             * Format: int64
             * @description How many questions and messages were answered, those included that somebody stopped.
             */
            answers: number;
            /**
             * Format: int64
             * @description How many were not: what was asked failed, or the server went away.
             */
            failed: number;
            /** Format: int64 */
            prompt_tokens: number;
            /** Format: int64 */
            completion_tokens: number;
            /**
             * Format: int64
             * @description What was paid.
             */
            credits: number;
        };
    };
    responses: {
        /** @description The request is not well-formed, or asks for what can't be */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It contradicts what is there or what is under way */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It is not the caller's to do; or the request comes from a page of a foreign origin */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The headers of the request are too large */
        HeadersTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server had an internal error */
        InternalError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such thing, or it is somebody else's */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large */
        PayloadTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests; `Retry-After` says when again */
        RateLimited: {
            headers: {
                /** @description Seconds until it may be tried again */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body did not arrive in time */
        RequestTimeout: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not signed in, or the credential is not valid (any more) */
        Unauthorized: {
            headers: {
                /** @description `Bearer` */
                "WWW-Authenticate"?: string;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server can't do it at the moment */
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not of the type that the operation takes */
        UnsupportedMediaType: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A database or a model that was asked failed */
        UpstreamError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The address is too long */
        UriTooLong: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Fields break rules; all of them are named */
        ValidationError: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Sessions"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    endOtherSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EndedSessions"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    endSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSharedModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedModels"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    addSharedModel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SharedModelBody"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedModel"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    changeSharedModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SharedModelBody"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedModel"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteSharedModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    testSharedModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelTest"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSharedConnections: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedConnections"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    addSharedConnection: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SharedConnectionBody"];
            };
        };
        responses: {
            /** @description Done */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedConnection"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    changeSharedConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SharedConnectionBody"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedConnection"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["PayloadTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteSharedConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    testSharedConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectionTest"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            502: components["responses"]["UpstreamError"];
            503: components["responses"]["Unavailable"];
        };
    };
    listCodes: {
        parameters: {
            query?: {
                /** @description How many to answer at most. */
                limit?: number;
                /** @description How many to leave out. */
                offset?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Codes"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            414: components["responses"]["UriTooLong"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUsage: {
        parameters: {
            query?: {
                /** @description The first day, in UTC; by default 29 days before the last one. */
                from?: string;
                /** @description The last day, in UTC; by default today. There are at most 400 days. */
                to?: string;
                /** @description How long a time each row is about; by default a day. */
                by?: components["schemas"]["UsageBy"];
                /** @description What each row is about; by default everything. */
                of?: components["schemas"]["UsageOf"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            414: components["responses"]["UriTooLong"];
            422: components["responses"]["ValidationError"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
    getLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Limits"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["RateLimited"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["InternalError"];
            503: components["responses"]["Unavailable"];
        };
    };
}
