use wheelhouse_core::{plugin::Capability, route::ParameterPlace, tool::Annotations};

use super::{Guest, exports};
use crate::declaration::{
    Declaration, DeclaredAnswer, DeclaredParameter, DeclaredRest, DeclaredRoute, DeclaredTool,
};

impl Guest<'_> {
    /// Asks the plugin what it is, and for its tools and routes where it exports such.
    ///
    /// # Errors
    /// When the guest does not answer.
    pub(crate) async fn declare(&self) -> wasmtime::Result<Declaration> {
        let description = self.plugin()?.call_describe(self.accessor).await?;
        let tools = match &self.interfaces.tools {
            Some(_) => self.tools()?.call_list_tools(self.accessor).await?,
            None => Vec::new(),
        };
        let routes = match &self.interfaces.routes {
            Some(_) => self.routes()?.call_list_routes(self.accessor).await?,
            None => Vec::new(),
        };
        Ok(Declaration {
            id: description.id,
            version: description.version,
            name: description.name,
            summary: description.summary,
            capabilities: description
                .capabilities
                .into_iter()
                .map(|ask| Capability { name: ask.name, targets: ask.targets, reason: ask.reason })
                .collect(),
            warm: matches!(description.instances, exports::plugin::Instances::Warm),
            settings_schema: description.settings_schema,
            tools: tools.into_iter().map(tool).collect(),
            routes: routes.into_iter().map(route).collect(),
            is_mounted: false,
        })
    }
}

fn tool(tool: exports::tools::Tool) -> DeclaredTool {
    DeclaredTool {
        name: tool.name,
        summary: tool.summary,
        input_schema: tool.input_schema,
        output_schema: tool.output_schema,
        annotations: Annotations {
            read_only: tool.annotations.read_only,
            destructive: tool.annotations.destructive,
            idempotent: tool.annotations.idempotent,
            open_world: tool.annotations.open_world,
        },
        needs_confirmation: tool.needs_confirmation,
        sentences: tool.sentences,
        rest: tool.rest.map(|form| DeclaredRest {
            method: form.method,
            path: form.path,
            status: form.status,
        }),
    }
}

fn route(route: exports::routes::Route) -> DeclaredRoute {
    DeclaredRoute {
        id: route.id,
        method: route.method,
        path: route.path,
        summary: route.summary,
        public: route.public,
        parameters: route.parameters.into_iter().map(parameter).collect(),
        body: route.body,
        answers: route
            .answers
            .into_iter()
            .map(|answer| DeclaredAnswer {
                status: answer.status,
                summary: answer.summary,
                schema: answer.schema,
            })
            .collect(),
    }
}

fn parameter(parameter: exports::routes::Parameter) -> DeclaredParameter {
    DeclaredParameter {
        name: parameter.name,
        place: match parameter.place {
            exports::routes::Place::Path => ParameterPlace::Path,
            exports::routes::Place::Query => ParameterPlace::Query,
            exports::routes::Place::Header => ParameterPlace::Header,
        },
        required: parameter.required,
        summary: parameter.summary,
        schema: parameter.schema,
    }
}
